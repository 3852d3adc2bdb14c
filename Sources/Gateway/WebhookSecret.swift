// The shared secret an endpoint's deliveries are signed with (`WebhookKey.v1`): `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks 1.0.0).

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
        guard let decoded = [UInt8](base64Behind: Self.prefix, in: text) else { throw .notBase64 }
        guard Self.byteCounts.contains(decoded.count) else { throw .length(decoded.count) }
        bytes = Masked(decoded)
    }

    /// - bytes: as many as `byteCounts` allows.
    init(bytes: [UInt8]) { self.bytes = Masked(bytes) }

    package var text: Masked<String> { Masked(bytes.revealed.base64(behind: Self.prefix)) }
}
