// The state of all parts as JSON, with the status that load balancers and Kubernetes act on.

import Codec
package import Gateway
package import HTTP

package struct HealthReport {
    private let health: Health

    package init(_ health: Health) { self.health = health }

    /// 503 when a part is not ready, which takes this Weir out of a load balancer; a degraded one is told of with 200.
    package var response: Response {
        Response(health.state == .notReady ? .serviceUnavailable : .ok, .json, json())
    }

    /// For everybody on the API's listener: of what ails a part the first line only, since the others may quote files.
    func brief(uptimeSeconds: Int) -> [UInt8] {
        json(uptimeSeconds: uptimeSeconds) { detail in
            String((detail.split(separator: "\n").first ?? "").prefix(Self.briefLength))
        }
    }

    static let briefLength = 200

    private func json(uptimeSeconds: Int? = nil, detail shown: (String) -> String = { $0 }) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("status")
        writer.string(health.state.rawValue)
        writer.key("services")
        writer.beginArray()
        for part in health.all {
            writer.beginObject()
            writer.key("name")
            writer.string(part.name)
            writer.key("status")
            writer.string(part.state.rawValue)
            if !part.detail.isEmpty {
                writer.key("detail")
                writer.string(shown(part.detail))
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
