// HMAC-SHA256 under one key: signs the webhooks to tenants (Standard Webhooks "v1") and verifies the callbacks of instance
// providers. Its owner keeps it for the life of the key.

import COpenSSL

/// Ownership: `context` is made by init and freed by deinit; nobody else sees it.
@safe package struct HMACSHA256: ~Copyable {
    private let context: OpaquePointer
    private let key: [UInt8]
    private var isUnderWay = false

    /// Any length of key will do; whether a key is long enough to be safe is for the owner of the secret to say.
    package init(key: Span<UInt8>) throws(CryptoError) {
        ErrorQueue.clear()
        let algorithm = unsafe try Algorithms.hmac.get()
        guard let context = unsafe EVP_MAC_CTX_new(algorithm) else {
            throw .failedNow(to: "make a context for HMAC")
        }
        // OSSL_PARAM keeps pointers to both texts, hence the static strings; the value is read, never written.
        let parameterName: StaticString = "digest"
        let digestName: StaticString = "SHA256"
        let parameters = unsafe [
            OSSL_PARAM_construct_utf8_string(
                UnsafeRawPointer(parameterName.utf8Start).assumingMemoryBound(to: CChar.self),
                UnsafeMutableRawPointer(mutating: digestName.utf8Start).assumingMemoryBound(to: CChar.self), 0),
            OSSL_PARAM_construct_end(),
        ]
        let status = unsafe EVP_MAC_CTX_set_params(context, parameters)
        guard status == 1 else {
            unsafe EVP_MAC_CTX_free(context)
            throw .failedNow(to: "choose SHA-256 for HMAC")
        }
        unsafe self.context = context
        // HMAC fills a key up with zeros, so no key and one zero byte are the same key; OpenSSL takes an empty one for
        // "keep the former key".
        self.key = key.isEmpty ? [0] : unsafe key.withUnsafeBufferPointer { unsafe Array($0) }
    }

    deinit {
        unsafe EVP_MAC_CTX_free(context)
    }

    /// Adds `bytes` to the text under way, or begins one.
    package mutating func update(_ bytes: Span<UInt8>) throws(CryptoError) {
        let context = unsafe context
        if !isUnderWay {
            // The key is given again, although a context remembers it: releases before 3.0.3 do not start afresh
            // without it (openssl #17811), and the price is two SHA-256 blocks.
            let status = unsafe key.withUnsafeBufferPointer { key in
                unsafe EVP_MAC_init(context, key.baseAddress, key.count, nil)
            }
            guard status == 1 else { throw .failedNow(to: "begin an HMAC") }
            isUnderWay = true
        }
        let status = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe EVP_MAC_update(context, bytes.baseAddress, bytes.count)
        }
        guard status == 1 else {
            isUnderWay = false
            throw .failedNow(to: "compute an HMAC")
        }
    }

    /// The code of all bytes since the last `finish` or `restart`; ready for the next text afterwards.
    package mutating func finish() throws(CryptoError) -> Digest<32> {
        if !isUnderWay { try update(Span()) }
        isUnderWay = false
        var result = InlineArray<32, UInt8>(repeating: 0)
        var span = result.mutableSpan
        var written = 0
        let context = unsafe context
        let status = unsafe span.withUnsafeMutableBufferPointer { bytes in
            unsafe EVP_MAC_final(context, bytes.baseAddress, &written, bytes.count)
        }
        guard status == 1, written == 32 else { throw .failedNow(to: "finish an HMAC") }
        return Digest(result)
    }

    /// Drops an unfinished text.
    package mutating func restart() {
        isUnderWay = false
    }

    /// The code of `bytes` alone.
    package mutating func authenticate(_ bytes: Span<UInt8>) throws(CryptoError) -> Digest<32> {
        restart()
        try update(bytes)
        return try finish()
    }
}
