// What can go wrong in this module. With valid arguments OpenSSL fails only when memory is short or a provider (FIPS, for
// instance) withholds an algorithm, so callers pass these on; nobody decides by their text.

package enum CryptoError: Error, Equatable, Sendable {
    /// The library does not offer the algorithm: a provider is missing or its policy forbids it.
    case unavailable(algorithm: String, reason: String)
    /// A call failed; `reason` is the newest entry of OpenSSL's error queue.
    case failed(operation: String, reason: String)
    /// AES-CBC without padding works on whole blocks of 16 bytes.
    case notWholeBlocks(byteCount: Int)
    /// OpenSSL counts the bytes of one call in 32 bits.
    case tooLong(byteCount: Int)
    /// What was sealed does not open: another key, another place, or somebody changed it. The one case that is an answer.
    case notAuthentic
}

extension CryptoError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unavailable(let algorithm, let reason):
            "OpenSSL does not offer \(algorithm) (\(reason)); check its providers in openssl.cnf"
        case .failed(let operation, let reason):
            "OpenSSL failed to \(operation): \(reason)"
        case .notWholeBlocks(let byteCount):
            "\(byteCount) bytes are not a whole number of 16-byte AES blocks"
        case .tooLong(let byteCount):
            "\(byteCount) bytes are more than one OpenSSL call takes"
        case .notAuthentic:
            "it was sealed with another key or for another place, or it was changed"
        }
    }
}
