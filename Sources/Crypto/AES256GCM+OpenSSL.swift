// AES-256 in Galois/Counter Mode (NIST SP 800-38D): seals secrets at rest. Whoever opens learns that nothing was changed, and
// that it belongs where it was found, since the place is authenticated along with it.

import COpenSSL

@safe package struct AES256GCM: ~Copyable {
    package typealias Key = InlineArray<32, UInt8>
    /// Never twice with the same key: drawn at random, which is safe for 2^32 texts, and data keys seal one text each.
    package typealias Nonce = InlineArray<12, UInt8>
    package static let tagSize = 16

    private let context: CipherContext

    package init() throws(CryptoError) { context = try CipherContext(Algorithms.aes256gcm) }

    /// The ciphertext, and the tag behind it.
    package mutating func seal(
        _ plaintext: Span<UInt8>, key: Key, nonce: Nonce, authenticating place: Span<UInt8>
    ) throws(CryptoError) -> [UInt8] {
        try begin(.encrypt, key, nonce, place)
        var sealed = try update(plaintext)
        var tag = [UInt8](repeating: 0, count: Self.tagSize)
        let context = unsafe context.pointer
        let status = unsafe tag.withUnsafeMutableBytes { tag -> CInt in
            var written: CInt = 0
            guard unsafe EVP_CipherFinal_ex(context, tag.baseAddress, &written) == 1, written == 0 else { return 0 }
            return unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CInt(tag.count), tag.baseAddress)
        }
        guard status == 1 else { throw .failedNow(to: "seal") }
        sealed += tag
        return sealed
    }

    /// The plaintext. `.notAuthentic` when key, nonce or place are others, or a bit was changed.
    package mutating func open(
        _ sealed: Span<UInt8>, key: Key, nonce: Nonce, authenticating place: Span<UInt8>
    ) throws(CryptoError) -> [UInt8] {
        let count = sealed.count - Self.tagSize
        guard count >= 0 else { throw .notAuthentic }
        try begin(.decrypt, key, nonce, place)
        var plaintext = try update(sealed.extracting(..<count))
        var tag = unsafe sealed.extracting(count...).withUnsafeBufferPointer { unsafe Array($0) }
        let context = unsafe context.pointer
        let isAuthentic = unsafe tag.withUnsafeMutableBytes { tag -> Bool in
            var written: CInt = 0
            return unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, CInt(tag.count), tag.baseAddress) == 1
                && EVP_CipherFinal_ex(context, tag.baseAddress, &written) == 1
        }
        guard isAuthentic else {
            wipe(&plaintext)
            ErrorQueue.clear()
            throw .notAuthentic
        }
        return plaintext
    }

    private mutating func begin(
        _ direction: CipherContext.Direction, _ key: Key, _ nonce: Nonce, _ place: Span<UInt8>
    ) throws(CryptoError) {
        try context.begin(direction, key: key.span, vector: nonce.span)
        guard !place.isEmpty else { return }
        guard let count = CInt(exactly: place.count) else { throw .tooLong(byteCount: place.count) }
        let context = unsafe context.pointer
        var written: CInt = 0
        let status = unsafe place.withUnsafeBufferPointer { place in
            unsafe EVP_CipherUpdate(context, nil, &written, place.baseAddress, count)
        }
        guard status == 1 else { throw .failedNow(to: "authenticate") }
    }

    private mutating func update(_ bytes: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        guard let count = CInt(exactly: bytes.count) else { throw .tooLong(byteCount: bytes.count) }
        guard count > 0 else { return [] }
        let context = unsafe context.pointer
        var output = [UInt8](repeating: 0, count: bytes.count)
        var written: CInt = 0
        let status = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe EVP_CipherUpdate(context, output.baseAddress, &written, bytes.baseAddress, count)
            }
        }
        guard status == 1, written == count else { throw .failedNow(to: "run AES-256-GCM") }
        return output
    }
}
