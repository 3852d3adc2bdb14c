// AES-256 in CBC mode on whole blocks, without padding: WeCom pads to 32 bytes, which no library does, so the envelope
// pads by itself. Works in place, because base64 has just written the ciphertext into an array of its own.

import COpenSSL

/// One cipher serves all keys of its owner in turn.
@safe package struct AES256CBC: ~Copyable {
    package typealias Key = InlineArray<32, UInt8>
    package typealias InitialVector = InlineArray<16, UInt8>
    package static let blockSize = 16

    private let context: CipherContext

    package init() throws(CryptoError) {
        let context = try CipherContext(Algorithms.aes256cbc)
        guard unsafe EVP_CIPHER_CTX_set_padding(context.pointer, 0) == 1 else {
            throw .failedNow(to: "prepare AES-256-CBC")
        }
        self.context = context
    }

    package mutating func encrypt(
        inPlace bytes: inout MutableSpan<UInt8>, key: Key, initialVector: InitialVector
    ) throws(CryptoError) {
        try run(.encrypt, inPlace: &bytes, key: key, initialVector: initialVector)
    }

    package mutating func decrypt(
        inPlace bytes: inout MutableSpan<UInt8>, key: Key, initialVector: InitialVector
    ) throws(CryptoError) {
        try run(.decrypt, inPlace: &bytes, key: key, initialVector: initialVector)
    }

    private mutating func run(
        _ direction: CipherContext.Direction, inPlace bytes: inout MutableSpan<UInt8>, key: Key,
        initialVector: InitialVector
    ) throws(CryptoError) {
        guard bytes.count % Self.blockSize == 0 else { throw .notWholeBlocks(byteCount: bytes.count) }
        guard let count = CInt(exactly: bytes.count) else { throw .tooLong(byteCount: bytes.count) }
        guard count > 0 else { return }
        try context.begin(direction, key: key.span, vector: initialVector.span)
        let context = unsafe context.pointer
        // Input and output may be the very same bytes (not merely overlap). Whole blocks leave nothing for a final call.
        var written: CInt = 0
        let status = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            unsafe EVP_CipherUpdate(context, bytes.baseAddress, &written, bytes.baseAddress, count)
        }
        guard status == 1, written == count else { throw .failedNow(to: "\(direction)") }
    }
}
