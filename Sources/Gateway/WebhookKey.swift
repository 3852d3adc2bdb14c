// What an endpoint's deliveries are signed with (Standard Webhooks 1.0.0): a secret that the receiver has too (`whsec_…`, scheme
// v1), or a private key whose public half the receiver has (`whsk_…` and `whpk_…`, scheme v1a).

import Codec
package import Crypto
package import Telemetry

package enum WebhookKey: Sendable, Equatable {
    /// HMAC-SHA256.
    case v1(WebhookSecret)
    /// Ed25519.
    case v1a(WebhookSigningKey)

    package enum Scheme: String, Sendable, CaseIterable { case v1, v1a }

    package enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        case prefixMissing
        /// `whpk_…` can only verify.
        case publicKey
        case secret(WebhookSecret.Fault)
        case signingKey(WebhookSigningKey.Fault)

        package var description: String {
            switch self {
            case .prefixMissing:
                "a webhook secret begins with `\(WebhookSecret.prefix)`, or with `\(WebhookSigningKey.prefix)` for a private key"
            case .publicKey:
                "`\(WebhookSigningKey.publicPrefix)` is a public key, which cannot sign; give the private one, "
                    + "`\(WebhookSigningKey.prefix)`"
            case .secret(let fault): "\(fault)"
            case .signingKey(let fault): "\(fault)"
            }
        }
    }

    /// `whsec_…` or `whsk_…`.
    package init(_ text: String) throws(Fault) {
        if text.hasPrefix(WebhookSecret.prefix) {
            do throws(WebhookSecret.Fault) {
                self = .v1(try WebhookSecret(text))
            } catch {
                throw .secret(error)
            }
        } else if text.hasPrefix(WebhookSigningKey.prefix) {
            do throws(WebhookSigningKey.Fault) {
                self = .v1a(try WebhookSigningKey(text))
            } catch {
                throw .signingKey(error)
            }
        } else {
            throw text.hasPrefix(WebhookSigningKey.publicPrefix) ? .publicKey : .prefixMissing
        }
    }

    /// A new one. 32 bytes of the generator are the key, or the seed of it.
    package static func make(_ scheme: Scheme, random: inout RandomSource) throws(CryptoError) -> WebhookKey {
        let bytes = random.bytes(count: 32)
        switch scheme {
        case .v1: return .v1(WebhookSecret(bytes: bytes))
        case .v1a: return .v1a(try WebhookSigningKey(seed: bytes))
        }
    }

    package var scheme: Scheme {
        switch self {
        case .v1: .v1
        case .v1a: .v1a
        }
    }

    /// As `init` reads it.
    package var text: Masked<String> {
        switch self {
        case .v1(let secret): secret.text
        case .v1a(let key): key.text
        }
    }

    /// What the receiver verifies with.
    package var verification: WebhookVerificationKey {
        switch self {
        case .v1(let secret): .v1(secret)
        case .v1a(let key): .v1a(publicKey: key.publicKey)
        }
    }
}

/// What a receiver verifies deliveries with.
package enum WebhookVerificationKey: Sendable, Equatable {
    case v1(WebhookSecret)
    case v1a(publicKey: [UInt8])

    /// `whsec_…` or `whpk_…`; of a private key, `whsk_…`, its public half.
    package init(_ text: String) throws(WebhookKey.Fault) {
        guard text.hasPrefix(WebhookSigningKey.publicPrefix) else {
            self = try WebhookKey(text).verification
            return
        }
        do throws(WebhookSigningKey.Fault) {
            self = .v1a(publicKey: try WebhookSigningKey.publicKey(text))
        } catch {
            throw .signingKey(error)
        }
    }

    /// As `init` reads it. A secret by its nature in the case of v1, anybody's to know in the case of v1a.
    package var text: Masked<String> {
        switch self {
        case .v1(let secret): secret.text
        case .v1a(let key): Masked(WebhookSigningKey.publicText(key))
        }
    }
}

extension [UInt8] {
    /// What stands behind `prefix` in a key's text; nil when it is not base64.
    init?(base64Behind prefix: String, in text: String) {
        let encoded = Array(text.utf8.dropFirst(prefix.utf8.count))
        var decoded: [UInt8] = []
        do throws(CodecError) {
            try Base64.decode(encoded.span, appendingTo: &decoded)
        } catch {
            return nil
        }
        self = decoded
    }

    func base64(behind prefix: String) -> String {
        var text = Array(prefix.utf8)
        Base64.encode(span, appendingTo: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
