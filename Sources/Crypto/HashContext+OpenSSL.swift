// One hash at a time in an OpenSSL context: what SHA1 and SHA256 have in common. Not generic over the length of the
// result, because calls from other modules would then go through unspecialised code, which costs as much as hashing.

import COpenSSL

/// Ownership: `context` is made by init and freed by deinit; nobody else sees it.
@safe struct HashContext: ~Copyable {
    private let context: OpaquePointer
    private let algorithm: OpaquePointer
    /// Whether bytes of an unfinished hash are in the context.
    private var isUnderWay = false

    init(_ fetched: FetchedAlgorithm) throws(CryptoError) {
        ErrorQueue.clear()
        let algorithm = unsafe try fetched.get()
        guard let context = unsafe EVP_MD_CTX_new() else { throw .failedNow(to: "make a context for \(fetched.name)") }
        unsafe self.context = context
        unsafe self.algorithm = algorithm
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    mutating func update(_ bytes: Span<UInt8>) throws(CryptoError) {
        if !isUnderWay {
            guard unsafe EVP_DigestInit_ex2(context, algorithm, nil) == 1 else {
                throw .failedNow(to: "begin a hash")
            }
            isUnderWay = true
        }
        let context = unsafe context
        let status = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        }
        guard status == 1 else {
            isUnderWay = false
            throw .failedNow(to: "hash")
        }
    }

    /// Writes the hash, whose length `result` must have, and leaves the context ready for the next one.
    mutating func finish(into result: inout MutableSpan<UInt8>) throws(CryptoError) {
        precondition(unsafe Int(EVP_MD_get_size(algorithm)) == result.count, "the result has the length of the hash")
        if !isUnderWay { try update(Span()) }
        isUnderWay = false
        let context = unsafe context
        let status = unsafe result.withUnsafeMutableBufferPointer { bytes in
            unsafe EVP_DigestFinal_ex(context, bytes.baseAddress, nil)
        }
        guard status == 1 else { throw .failedNow(to: "finish a hash") }
    }

    mutating func restart() {
        isUnderWay = false
    }
}
