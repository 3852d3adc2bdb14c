// One request to an endpoint by hand, beside all queues and without a repetition: for whoever wants to see whether its receiver works.

package import Gateway
package import HTTP
package import Loop
import Redis

/// Belongs to one loop.
package struct WebhookProbe {
    private let sender: WebhookSender

    package init(loop: EventLoop, client: HTTPClient) { sender = WebhookSender(loop: loop, client: client) }

    /// Sends `body` as a delivery is sent, signed and within the endpoint's timeout.
    package func send(_ body: [UInt8], id: String, to endpoint: Endpoint) async -> (
        result: AttemptResult, time: Duration
    ) {
        let started = sender.loop.now
        let result: AttemptResult
        do {
            let delivery = Delivery(
                id: .zero, endpoint: endpoint.id.text, eventID: id, record: body, rulesVersion: "")
            result = await sender.attempt(delivery, to: try PreparedEndpoint(endpoint))
        } catch {
            result = AttemptResult(
                outcome: .refused(.protocolViolation, detail: "the request cannot be made: \(error)"))
        }
        return (result, sender.loop.now - started)
    }
}
