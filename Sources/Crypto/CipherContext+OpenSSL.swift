// One cipher at a time in an OpenSSL context: what AES in its two modes has in common. As `HashContext` is for hashes.

import COpenSSL

/// Ownership: `pointer` is made by init and freed by deinit (which also wipes the key schedule); only the modes of this module see it.
@safe struct CipherContext: ~Copyable {
    enum Direction: CInt {
        case decrypt = 0
        case encrypt = 1
    }

    let pointer: OpaquePointer

    init(_ fetched: FetchedAlgorithm) throws(CryptoError) {
        ErrorQueue.clear()
        let algorithm = unsafe try fetched.get()
        guard let pointer = unsafe EVP_CIPHER_CTX_new() else { throw .failedNow(to: "make a context for AES") }
        guard unsafe EVP_CipherInit_ex2(pointer, algorithm, nil, nil, 0, nil) == 1 else {
            unsafe EVP_CIPHER_CTX_free(pointer)
            throw .failedNow(to: "prepare \(fetched.name)")
        }
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(pointer)
    }

    /// A change of key costs about as much as two blocks.
    func begin(_ direction: Direction, key: Span<UInt8>, vector: Span<UInt8>) throws(CryptoError) {
        let started = unsafe key.withUnsafeBufferPointer { key in
            unsafe vector.withUnsafeBufferPointer { vector in
                unsafe EVP_CipherInit_ex2(pointer, nil, key.baseAddress, vector.baseAddress, direction.rawValue, nil)
            }
        }
        guard started == 1 else { throw .failedNow(to: "set an AES key") }
    }
}
