// The signatures of Standard Webhooks 1.0.0 over `id.timestamp.body`, the body's bytes as they are sent: v1 is HMAC-SHA256, v1a is
// Ed25519.

import Codec
package import Crypto
package import Gateway
import Telemetry

/// Signs for one endpoint; belongs to one loop.
package final class WebhookSigner {
    private let keys: [Key]

    private enum Key {
        case v1(Authenticator)
        case v1a(Ed25519PrivateKey)
    }

    /// Every key signs: receivers change over from one to the next when they like.
    package init(_ keys: [WebhookKey]) throws(CryptoError) {
        var signers: [Key] = []
        for key in keys {
            switch key {
            case .v1(let secret): signers.append(.v1(try Authenticator(secret)))
            case .v1a(let key): signers.append(.v1a(try Ed25519PrivateKey(seed: key.seed.revealed.span)))
            }
        }
        self.keys = signers
    }

    /// The value of `webhook-signature`: one signature per key, separated by a space.
    package func signature(id: String, timestamp: Int64, body: [UInt8]) throws(CryptoError) -> String {
        let start = signedStart(id: id, timestamp: timestamp)
        var text: [UInt8] = []
        for key in keys {
            if !text.isEmpty { text.append(UInt8(ascii: " ")) }
            switch key {
            case .v1(let authenticator):
                text.append(contentsOf: "v1,".utf8)
                let code = try authenticator.code(of: start, body)
                Base64.encode(code.bytes.span, appendingTo: &text)
            case .v1a(let key):
                text.append(contentsOf: "v1a,".utf8)
                let message = start + body
                let signature = try key.sign(message.span)
                Base64.encode(signature.span, appendingTo: &text)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Verifies as a receiver does; belongs to one loop.
package final class WebhookVerifier {
    private let keys: [Key]

    private enum Key {
        case v1(Authenticator)
        case v1a(Ed25519PublicKey)

        var scheme: WebhookKey.Scheme {
            switch self {
            case .v1: .v1
            case .v1a: .v1a
            }
        }

        func isSignature(_ signature: [UInt8], of start: [UInt8], _ body: [UInt8]) throws(CryptoError) -> Bool {
            switch self {
            case .v1(let authenticator):
                let code = try authenticator.code(of: start, body)
                return constantTimeEqual(code.bytes.span, signature.span)
            case .v1a(let key):
                let message = start + body
                return key.isSignature(signature.span, of: message.span)
            }
        }
    }

    package init(_ keys: [WebhookVerificationKey]) throws(CryptoError) {
        var verifiers: [Key] = []
        for key in keys {
            switch key {
            case .v1(let secret): verifiers.append(.v1(try Authenticator(secret)))
            case .v1a(let publicKey): verifiers.append(.v1a(try Ed25519PublicKey(publicKey.span)))
            }
        }
        self.keys = verifiers
    }

    /// Whether one of the signatures is by one of the keys. A signature counts for its own scheme only: what is right as v1 is
    /// nothing as v1a.
    package func isGenuine(
        _ signatures: String, id: String, timestamp: Int64, body: [UInt8]
    ) throws(CryptoError) -> Bool {
        let start = signedStart(id: id, timestamp: timestamp)
        for text in signatures.split(separator: " ") {
            guard let (scheme, signature) = Self.parse(text) else { continue }
            for key in keys where key.scheme == scheme {
                if try key.isSignature(signature, of: start, body) { return true }
            }
        }
        return false
    }

    /// Nil for other schemes, which are passed over.
    private static func parse(_ text: Substring) -> (WebhookKey.Scheme, signature: [UInt8])? {
        guard let comma = text.firstIndex(of: ","), let scheme = WebhookKey.Scheme(rawValue: String(text[..<comma]))
        else { return nil }
        let encoded = Array(text[comma...].utf8.dropFirst())
        var signature: [UInt8] = []
        do throws(CodecError) {
            try Base64.decode(encoded.span, appendingTo: &signature)
        } catch {
            return nil
        }
        return (scheme, signature)
    }
}

/// HMAC-SHA256 under one secret, in a box of its own: what cannot be copied has no place in an array.
private final class Authenticator {
    private var hmac: HMACSHA256

    init(_ secret: WebhookSecret) throws(CryptoError) { hmac = try HMACSHA256(key: secret.bytes.revealed.span) }

    func code(of start: [UInt8], _ body: [UInt8]) throws(CryptoError) -> Digest<32> {
        hmac.restart()
        try hmac.update(start.span)
        try hmac.update(body.span)
        return try hmac.finish()
    }
}

/// What is signed before the body.
private func signedStart(id: String, timestamp: Int64) -> [UInt8] { Array("\(id).\(timestamp).".utf8) }
