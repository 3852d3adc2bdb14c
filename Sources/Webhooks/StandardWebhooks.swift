// The signature of Standard Webhooks 1.0.0, scheme v1: HMAC-SHA256 over `id.timestamp.body`, the body's bytes as they are sent.

import Codec
package import Crypto
package import Gateway
import Telemetry

/// Signs for one endpoint; belongs to one loop.
package final class WebhookSigner {
    private var current: HMACSHA256
    /// While receivers change over to a new secret, both sign.
    private var previous: HMACSHA256?

    package init(secret: WebhookSecret, previous: WebhookSecret?) throws(CryptoError) {
        current = try HMACSHA256(key: secret.bytes.revealed.span)
        if let previous { self.previous = try HMACSHA256(key: previous.bytes.revealed.span) }
    }

    /// The value of `webhook-signature`: one signature per secret, separated by a space.
    package func signature(id: String, timestamp: Int64, body: [UInt8]) throws(CryptoError) -> String {
        let start = Array("\(id).\(timestamp).".utf8)
        var text = Array("v1,".utf8)
        append(try Self.authenticate(start, body, &current), to: &text)
        if previous != nil {
            // Taken out and put back: an optional that cannot be copied gives no access in place.
            guard var second = previous.take() else { return String(decoding: text, as: UTF8.self) }
            let digest = try Self.authenticate(start, body, &second)
            previous = consume second
            text.append(contentsOf: " v1,".utf8)
            append(digest, to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func authenticate(
        _ start: [UInt8], _ body: [UInt8], _ hmac: inout HMACSHA256
    ) throws(CryptoError) -> Digest<32> {
        hmac.restart()
        try hmac.update(start.span)
        try hmac.update(body.span)
        return try hmac.finish()
    }

    private func append(_ digest: Digest<32>, to text: inout [UInt8]) {
        Base64.encode(digest.bytes.span, appendingTo: &text)
    }
}
