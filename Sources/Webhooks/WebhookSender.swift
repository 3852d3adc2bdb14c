// One attempt: a delivery becomes a signed POST, the answer becomes an outcome.

import Crypto
import Gateway
import HTTP
import Loop
import Telemetry

/// What a receiver sees besides the body; made once per endpoint.
final class PreparedEndpoint {
    let endpoint: Endpoint
    let origin: Origin
    let writer: RequestWriter
    let signer: WebhookSigner?
    let fixedFields: FieldBlock

    /// - Throws: `FieldFault` or `CryptoError`; the configuration checked both, so this names a fault of ours.
    init(_ endpoint: Endpoint) throws {
        self.endpoint = endpoint
        let url = endpoint.url
        origin = Origin(
            host: url.host, port: url.port, isSecure: url.scheme == .https, identity: endpoint.clientIdentity)
        writer = try RequestWriter(.post, target: url.target, authority: url.authority)
        signer = endpoint.keys.isEmpty ? nil : try WebhookSigner(endpoint.keys)
        var fields = FieldBlock()
        fields.add(.json)
        try fields.add("user-agent", "Weir")
        for header in endpoint.headers { try fields.add(header.name, header.value.revealed) }
        fixedFields = fields
    }
}

struct WebhookSender {
    let loop: EventLoop
    let client: HTTPClient

    func attempt(_ delivery: Delivery, to prepared: PreparedEndpoint) async -> AttemptResult {
        let request: [UInt8]
        do {
            request = try serialise(delivery, for: prepared)
        } catch {
            return AttemptResult(
                outcome: .refused(.protocolViolation, detail: "the request cannot be made: \(error)"))
        }
        do throws(ClientError) {
            let deadline = loop.now + prepared.endpoint.timeout
            let response = try await client.send(request, method: .post, to: prepared.origin, by: deadline)
            return AttemptResult(
                outcome: outcome(of: response), status: Int(response.status.code), answer: response.body)
        } catch {
            return AttemptResult(outcome: outcome(of: error))
        }
    }

    /// The timestamp is that of the attempt; id and body are the same in all attempts.
    private func serialise(_ delivery: Delivery, for prepared: PreparedEndpoint) throws -> [UInt8] {
        let timestamp = loop.wallMilliseconds / 1000
        var fields = prepared.fixedFields
        try fields.add("webhook-id", delivery.eventID)
        try fields.add("webhook-timestamp", String(timestamp))
        if let signer = prepared.signer {
            try fields.add(
                "webhook-signature",
                try signer.signature(id: delivery.eventID, timestamp: timestamp, body: delivery.record))
        }
        var request: [UInt8] = []
        prepared.writer.append(fields, body: delivery.record, to: &request)
        return request
    }

    private func outcome(of response: ClientResponse) -> DeliveryOutcome {
        let code = response.status.code
        let detail = "status \(code)"
        switch code {
        case 200..<300: return .delivered(status: code)
        // A redirect is not followed: it could lead anywhere, and the endpoint's owner can change its URL here.
        case 300..<400: return .failed(.redirect, detail: detail, retryAfter: nil)
        case 410: return .refused(.gone, detail: detail)
        case 429: return .failed(.throttled, detail: detail, retryAfter: retryAfter(response))
        case 502, 504: return .failed(.unreachable, detail: detail, retryAfter: retryAfter(response))
        case 400..<500: return .failed(.clientError, detail: detail, retryAfter: retryAfter(response))
        default: return .failed(.serverError, detail: detail, retryAfter: retryAfter(response))
        }
    }

    private func outcome(of error: ClientError) -> DeliveryOutcome {
        switch error {
        case .lookup(let cause): .failed(.lookup, detail: "\(cause)", retryAfter: nil)
        case .connect(let cause): .failed(.connect, detail: "\(cause)", retryAfter: nil)
        case .forbidden(let address):
            .failed(
                .forbidden, detail: "\(address) is not a public address; `delivery.private-networks` could allow it",
                retryAfter: nil)
        case .forbiddenPort(let port):
            .failed(
                .forbidden, detail: "port \(port) is none that webhooks may use; `delivery.ports` could allow it",
                retryAfter: nil)
        case .proxy(let reason): .failed(.proxy, detail: "the proxy: \(reason)", retryAfter: nil)
        case .proxyRefused(let status):
            .failed(
                .proxy,
                detail: "the proxy answered \(status.code)"
                    + (status.code == 407 ? "; `delivery.proxy-credentials` are missing or wrong" : ""),
                retryAfter: nil)
        case .tls(let cause): .failed(.tls, detail: "\(cause)", retryAfter: nil)
        case .timedOut: .failed(.timeout, detail: "no answer in time", retryAfter: nil)
        case .interrupted(let cause): .failed(.interrupted, detail: "\(cause)", retryAfter: nil)
        case .malformed(let fault): .failed(.protocolViolation, detail: fault.message, retryAfter: nil)
        }
    }

    /// Seconds, or a date (RFC 9110, 10.2.3).
    private func retryAfter(_ response: ClientResponse) -> Duration? {
        guard let text = response.header("retry-after") else { return nil }
        if let seconds = Int(text), seconds >= 0 { return .seconds(min(seconds, 7 * 24 * 3600)) }
        guard let date = HTTPDate.secondsSinceEpoch(text) else { return nil }
        return .seconds(max(0, date - Int(loop.wallMilliseconds / 1000)))
    }
}
