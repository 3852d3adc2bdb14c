// Why something could not be sealed or opened. No message tells a key or a secret.

package import Crypto

package enum VaultFault: Error, Equatable, Sendable {
    case noKey
    case malformedKey(number: Int)
    /// Sealed under a master key that is not at hand.
    case keyMissing(id: String, place: SealedPlace)
    /// The text is no envelope of this version.
    case malformed(SealedPlace)
    /// The right key does not open it: it was changed, or moved here from another place.
    case notAuthentic(SealedPlace)
    case crypto(CryptoError)
}

extension VaultFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noKey: "there is no master key in it; make one: openssl rand -base64 32"
        case .malformedKey(let number):
            "its key number \(number) is not the base64 of 32 bytes; make one: openssl rand -base64 32"
        case .keyMissing(let id, let place):
            "\(place) is sealed with the master key \(id), which is not among the ones given"
        case .malformed(let place): "\(place) is not a sealed secret"
        case .notAuthentic(let place): "\(place) was changed, or belongs elsewhere: it does not open"
        case .crypto(let error): "\(error)"
        }
    }
}

/// Where a secret is kept: the kind and id of the record, and the field in it. An envelope opens nowhere else.
package struct SealedPlace: Hashable, Sendable, CustomStringConvertible {
    package let kind: String
    package let id: String
    package let field: String

    package init(kind: String, id: String, field: String) {
        self.kind = kind
        self.id = id
        self.field = field
    }

    package var description: String { "\(kind)/\(id)/\(field)" }
}
