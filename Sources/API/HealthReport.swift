// The state of all parts as JSON, with the status that load balancers and Kubernetes act on.

import Codec
package import Gateway
package import HTTP

package struct HealthReport {
    private let health: Health

    package init(_ health: Health) { self.health = health }

    /// 200 when every part is ready, else 503.
    package var response: Response {
        Response(health.isReady ? .ok : .serviceUnavailable, .json, json(uptimeSeconds: nil))
    }

    package func json(uptimeSeconds: Int?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("status")
        writer.string(health.isReady ? "ready" : "not_ready")
        writer.key("services")
        writer.beginArray()
        for part in health.all {
            writer.beginObject()
            writer.key("name")
            writer.string(part.name)
            writer.key("status")
            writer.string(part.isReady ? "ready" : "not_ready")
            if !part.detail.isEmpty {
                writer.key("detail")
                writer.string(part.detail)
            }
            writer.endObject()
        }
        writer.endArray()
        if let uptimeSeconds {
            writer.key("uptime")
            writer.number(uptimeSeconds)
        }
        writer.endObject()
        return writer.bytes
    }
}
