// Ed25519 (RFC 8032): signs webhooks for tenants who verify with a public key and hold no secret (Standard Webhooks "v1a").

import COpenSSL

/// A private key. Belongs to one loop: the context of a signature is kept for the next.
@safe package final class Ed25519PrivateKey {
    package static let seedSize = 32

    package let publicKey: [UInt8]
    private let key: OpaquePointer
    private let context: OpaquePointer

    /// - seed: the 32 bytes that RFC 8032 calls the private key.
    package init(seed: Span<UInt8>) throws(CryptoError) {
        ErrorQueue.clear()
        let made = unsafe seed.withUnsafeBufferPointer { seed in
            unsafe EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, seed.baseAddress, seed.count)
        }
        guard let key = unsafe made else { throw .failedNow(to: "take a private key for Ed25519") }
        var count = 32
        var publicKey = [UInt8](repeating: 0, count: count)
        guard unsafe EVP_PKEY_get_raw_public_key(key, &publicKey, &count) == 1, count == 32,
            let context = unsafe EVP_MD_CTX_new()
        else {
            unsafe EVP_PKEY_free(key)
            throw .failedNow(to: "make a public key for Ed25519")
        }
        unsafe self.key = key
        unsafe self.context = context
        self.publicKey = publicKey
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_PKEY_free(key)
    }

    /// The 64 bytes of the signature: always the same for the same message.
    package func sign(_ message: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        let context = unsafe context
        let status = unsafe message.withUnsafeBufferPointer { message in
            guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1 else { return CInt(0) }
            return unsafe EVP_DigestSign(context, &signature, &count, message.baseAddress, message.count)
        }
        guard status == 1, count == 64 else { throw .failedNow(to: "sign by Ed25519") }
        return signature
    }
}

/// A public key. Belongs to one loop.
@safe package final class Ed25519PublicKey {
    private let key: OpaquePointer
    private let context: OpaquePointer

    /// - bytes: 32 of them.
    package init(_ bytes: Span<UInt8>) throws(CryptoError) {
        ErrorQueue.clear()
        let made = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes.baseAddress, bytes.count)
        }
        guard let key = unsafe made else { throw .failedNow(to: "take a public key for Ed25519") }
        guard let context = unsafe EVP_MD_CTX_new() else {
            unsafe EVP_PKEY_free(key)
            throw .failedNow(to: "make a context for Ed25519")
        }
        unsafe self.key = key
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_PKEY_free(key)
    }

    /// Whether the owner of the private key signed this message. What is no signature at all is none of it.
    package func isSignature(_ signature: Span<UInt8>, of message: Span<UInt8>) -> Bool {
        let context = unsafe context
        let status = unsafe message.withUnsafeBufferPointer { message in
            unsafe signature.withUnsafeBufferPointer { signature in
                guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return CInt(0) }
                return unsafe EVP_DigestVerify(
                    context, signature.baseAddress, signature.count, message.baseAddress, message.count)
            }
        }
        // A refusal may leave a reason behind, which would be told of the next failure on this thread.
        if status != 1 { ErrorQueue.clear() }
        return status == 1
    }
}
