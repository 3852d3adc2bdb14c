// The private key of an endpoint whose receiver holds no secret: `whsk_` and the base64 of an Ed25519 key (Standard Webhooks 1.0.0,
// v1a). Its public half, `whpk_…`, is what the receiver is given.

package import Crypto
package import Telemetry

package struct WebhookSigningKey: Sendable, Equatable {
    /// The 32 bytes all else follows from.
    package let seed: Masked<[UInt8]>
    package let publicKey: [UInt8]

    package static let prefix = "whsk_"
    package static let publicPrefix = "whpk_"
    private static let publicKeySize = 32

    package enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        case notBase64(prefix: String)
        case length(Int)
        case publicKeyLength(Int)
        /// The 64 bytes are a private and a public key that do not belong together: signing so would give the private one away.
        case halvesDiffer
        case crypto(CryptoError)

        package var description: String {
            switch self {
            case .notBase64(let prefix): "what follows `\(prefix)` is not base64"
            case .length(let count):
                "the private key has \(count) bytes; it needs 32, or 64 with the public key behind them"
            case .publicKeyLength(let count): "the public key has \(count) bytes; it needs \(publicKeySize)"
            case .halvesDiffer: "the last 32 bytes are not the public key of the first 32"
            case .crypto(let error): "\(error)"
            }
        }
    }

    /// The seed alone, or the seed with the public key behind it, as most libraries write it.
    package init(_ text: String) throws(Fault) {
        guard let bytes = [UInt8](base64Behind: Self.prefix, in: text) else { throw .notBase64(prefix: Self.prefix) }
        let seedSize = Ed25519PrivateKey.seedSize
        guard bytes.count == seedSize || bytes.count == seedSize + Self.publicKeySize else {
            throw .length(bytes.count)
        }
        do throws(CryptoError) {
            try self.init(seed: Array(bytes.prefix(seedSize)))
        } catch {
            throw .crypto(error)
        }
        guard bytes.count == seedSize || publicKey == Array(bytes.dropFirst(seedSize)) else { throw .halvesDiffer }
    }

    /// - seed: 32 bytes.
    package init(seed: [UInt8]) throws(CryptoError) {
        publicKey = try Ed25519PrivateKey(seed: seed.span).publicKey
        self.seed = Masked(seed)
    }

    /// With the public key behind the seed: the form every library reads.
    package var text: Masked<String> { Masked((seed.revealed + publicKey).base64(behind: Self.prefix)) }

    static func publicKey(_ text: String) throws(Fault) -> [UInt8] {
        guard let bytes = [UInt8](base64Behind: publicPrefix, in: text) else { throw .notBase64(prefix: publicPrefix) }
        guard bytes.count == publicKeySize else { throw .publicKeyLength(bytes.count) }
        return bytes
    }

    static func publicText(_ key: [UInt8]) -> String { key.base64(behind: publicPrefix) }
}
