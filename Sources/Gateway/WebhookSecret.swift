// The key an endpoint's deliveries are signed with: `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks 1.0.0).

import Codec
package import Telemetry

package struct WebhookSecret: Sendable, Equatable {
    package let bytes: Masked<[UInt8]>

    package static let prefix = "whsec_"
    /// 24 bytes cannot be guessed; more than SHA-256's block of 64 bytes would be hashed down to 32.
    package static let byteCounts = 24...64

    package enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        case prefixMissing
        case notBase64
        case length(Int)

        package var description: String {
            switch self {
            case .prefixMissing: "a webhook secret begins with `\(WebhookSecret.prefix)`"
            case .notBase64: "what follows `\(WebhookSecret.prefix)` is not base64"
            case .length(let count):
                "the secret has \(count) bytes; it needs \(byteCounts.lowerBound) to \(byteCounts.upperBound)"
            }
        }
    }

    package init(_ text: String) throws(Fault) {
        guard text.hasPrefix(Self.prefix) else { throw .prefixMissing }
        let encoded = Array(text.utf8.dropFirst(Self.prefix.utf8.count))
        var decoded: [UInt8] = []
        do {
            try Base64.decode(encoded.span, appendingTo: &decoded)
        } catch {
            throw .notBase64
        }
        guard Self.byteCounts.contains(decoded.count) else { throw .length(decoded.count) }
        bytes = Masked(decoded)
    }
}
