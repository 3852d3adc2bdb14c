// What Weir shows to a server that asks who calls (mutual TLS): a certificate, its key, and the certificates up to its authority.

import COpenSSL

/// Never changed once made, and OpenSSL counts references atomically, so loops may share it. The text of the key is not kept.
@safe
package final class ClientIdentity: @unchecked Sendable {
    private let certificate: OpaquePointer
    private let key: OpaquePointer
    private let chain: OpaquePointer
    /// Of both texts: who has the same is the same.
    private let digest: [UInt8]
    /// The certificate's SHA-256 in hexadecimal, as `openssl x509 -fingerprint` has it, without colons.
    package let fingerprint: String
    /// When the certificate ends, in seconds since 1970.
    package let expires: Int64

    package enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        case tooLong
        case certificate(reason: String)
        case key(reason: String)
        case mismatch

        package var description: String {
            switch self {
            case .tooLong: "certificates and key are longer than \(ClientIdentity.byteCountMax / 1024) KB"
            case .certificate(let reason): "it is no certificate in PEM: \(reason)"
            case .key(let reason): "it is no private key in PEM without a passphrase: \(reason)"
            case .mismatch: "the key is not that of the certificate"
            }
        }
    }

    package static let byteCountMax = 64 << 10

    /// - certificates: PEM; the client's own first, then those between it and the authority that the server knows.
    /// - key: PEM, without a passphrase.
    package init(certificates: String, key keyText: String) throws(Fault) {
        guard certificates.utf8.count + keyText.utf8.count <= Self.byteCountMax else { throw .tooLong }
        guard let chain = unsafe tls_new_chain() else { throw .certificate(reason: drainErrors()) }
        var own: OpaquePointer?
        var key: OpaquePointer?
        do throws(Fault) {
            unsafe own = try Self.readCertificates(certificates, chain)
            unsafe key = try Self.readKey(keyText)
            guard let own = unsafe own, let key = unsafe key, unsafe X509_check_private_key(own, key) == 1 else {
                ERR_clear_error()
                throw .mismatch
            }
            unsafe self.certificate = unsafe own
            unsafe self.key = unsafe key
            unsafe self.chain = unsafe chain
        } catch {
            unsafe X509_free(own)
            unsafe EVP_PKEY_free(key)
            unsafe tls_free_chain(chain)
            throw error
        }
        digest = Self.sha256(Array(certificates.utf8) + [0] + Array(keyText.utf8))
        fingerprint = unsafe Self.fingerprint(of: certificate)
        expires = unsafe tls_not_after(certificate)
    }

    deinit {
        unsafe X509_free(certificate)
        unsafe EVP_PKEY_free(key)
        unsafe tls_free_chain(chain)
    }

    /// To be shown in this session, if it is asked for.
    func show(in ssl: OpaquePointer) -> Bool { unsafe SSL_use_cert_and_key(ssl, certificate, key, chain, 1) == 1 }

    private static func readCertificates(_ text: String, _ chain: OpaquePointer) throws(Fault) -> OpaquePointer {
        ERR_clear_error()
        let own = unsafe withBIO(text) { bio -> OpaquePointer? in
            guard let own = unsafe tls_read_certificate(bio) else { return nil }
            while let next = unsafe tls_read_certificate(bio) {
                if unsafe tls_push_certificate(chain, next) == 0 { unsafe X509_free(next) }
            }
            // The end of the text is told as an error too.
            ERR_clear_error()
            return unsafe own
        }
        guard let own = unsafe own else { throw .certificate(reason: drainErrors()) }
        return unsafe own
    }

    private static func readKey(_ text: String) throws(Fault) -> OpaquePointer {
        ERR_clear_error()
        guard let key = unsafe withBIO(text, { unsafe tls_read_key($0) }) else { throw .key(reason: drainErrors()) }
        return unsafe key
    }

    private static func withBIO(_ text: String, _ body: (OpaquePointer) -> OpaquePointer?) -> OpaquePointer? {
        let bytes = Array(text.utf8)
        return unsafe bytes.withUnsafeBytes { bytes in
            guard let bio = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
            defer { unsafe BIO_free(bio) }
            return unsafe body(bio)
        }
    }

    private static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe COpenSSL.SHA256(bytes, bytes.count, &digest)
        return digest
    }

    private static func fingerprint(of certificate: OpaquePointer) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        unsafe X509_digest(certificate, EVP_sha256(), &digest, &count)
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension ClientIdentity: Hashable {
    package static func == (left: ClientIdentity, right: ClientIdentity) -> Bool {
        left === right || left.digest == right.digest
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

extension ClientIdentity: CustomStringConvertible {
    package var description: String { "the client certificate \(fingerprint.prefix(16))…" }
}
