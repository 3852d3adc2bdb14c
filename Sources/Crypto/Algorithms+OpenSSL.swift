// The algorithms, fetched once for the process: EVP_MD_fetch and its kin search the providers under a lock, which costs
// more than hashing a callback does. What is fetched is immutable and reference counted, so all loops may share it.

import COpenSSL

/// Ownership: the process keeps its one reference for ever; contexts take their own. `nil` = the library has none.
@safe struct FetchedAlgorithm: @unchecked Sendable {
    let name: String
    let pointer: OpaquePointer?

    func get() throws(CryptoError) -> OpaquePointer {
        guard let pointer = unsafe pointer else {
            throw .unavailable(algorithm: name, reason: "it could not be fetched")
        }
        return unsafe pointer
    }
}

enum Algorithms {
    static let sha1 = unsafe FetchedAlgorithm(name: "SHA1", pointer: EVP_MD_fetch(nil, "SHA1", nil))
    static let sha256 = unsafe FetchedAlgorithm(name: "SHA256", pointer: EVP_MD_fetch(nil, "SHA256", nil))
    static let hmac = unsafe FetchedAlgorithm(name: "HMAC", pointer: EVP_MAC_fetch(nil, "HMAC", nil))
    static let aes256cbc = unsafe FetchedAlgorithm(
        name: "AES-256-CBC", pointer: EVP_CIPHER_fetch(nil, "AES-256-CBC", nil))
    static let aes256gcm = unsafe FetchedAlgorithm(
        name: "AES-256-GCM", pointer: EVP_CIPHER_fetch(nil, "AES-256-GCM", nil))
}
