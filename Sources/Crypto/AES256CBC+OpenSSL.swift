// AES-256 in CBC mode on whole blocks, without padding: WeCom pads to 32 bytes, which no library does, so the envelope
// pads by itself. Works in place, because base64 has just written the ciphertext into an array of its own.

import COpenSSL

/// Ownership: `context` is made by init and freed by deinit (which also wipes the key schedule); nobody else sees it.
/// One cipher serves all keys of its owner in turn; a change of key costs about as much as two blocks.
@safe package struct AES256CBC: ~Copyable {
    package typealias Key = InlineArray<32, UInt8>
    package typealias InitialVector = InlineArray<16, UInt8>
    package static let blockSize = 16

    private let context: OpaquePointer

    package init() throws(CryptoError) {
        ErrorQueue.clear()
        let algorithm = unsafe try Algorithms.aes256cbc.get()
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .failedNow(to: "make a context for AES") }
        guard unsafe EVP_CipherInit_ex2(context, algorithm, nil, nil, 0, nil) == 1,
            unsafe EVP_CIPHER_CTX_set_padding(context, 0) == 1
        else {
            unsafe EVP_CIPHER_CTX_free(context)
            throw .failedNow(to: "prepare AES-256-CBC")
        }
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
    }

    package mutating func encrypt(
        inPlace bytes: inout MutableSpan<UInt8>, key: Key, initialVector: InitialVector
    ) throws(CryptoError) {
        try run(1, inPlace: &bytes, key: key, initialVector: initialVector)
    }

    package mutating func decrypt(
        inPlace bytes: inout MutableSpan<UInt8>, key: Key, initialVector: InitialVector
    ) throws(CryptoError) {
        try run(0, inPlace: &bytes, key: key, initialVector: initialVector)
    }

    private mutating func run(
        _ direction: CInt, inPlace bytes: inout MutableSpan<UInt8>, key: Key, initialVector: InitialVector
    ) throws(CryptoError) {
        guard bytes.count % Self.blockSize == 0 else { throw .notWholeBlocks(byteCount: bytes.count) }
        guard let count = CInt(exactly: bytes.count) else { throw .tooLong(byteCount: bytes.count) }
        guard count > 0 else { return }
        let context = unsafe context
        let started = unsafe key.span.withUnsafeBufferPointer { key in
            unsafe initialVector.span.withUnsafeBufferPointer { vector in
                unsafe EVP_CipherInit_ex2(context, nil, key.baseAddress, vector.baseAddress, direction, nil)
            }
        }
        guard started == 1 else { throw .failedNow(to: "set an AES key") }
        // Input and output may be the very same bytes (not merely overlap). Whole blocks leave nothing for a final call.
        var written: CInt = 0
        let status = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            unsafe EVP_CipherUpdate(context, bytes.baseAddress, &written, bytes.baseAddress, count)
        }
        guard status == 1, written == count else { throw .failedNow(to: direction == 1 ? "encrypt" : "decrypt") }
    }
}
