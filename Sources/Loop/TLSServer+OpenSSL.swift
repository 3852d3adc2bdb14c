// A server's certificates: one OpenSSL context per certificate, chosen by the name the client asks for (SNI, RFC 6066).

import COpenSSL
import Glibc

/// A certificate chain and its key, as files.
package struct CertificateFiles: Sendable, Equatable {
    package let chain: String
    package let key: String

    /// `Certs/dev/server` stands for `Certs/dev/server.pem` and `Certs/dev/server.key`.
    package init(stem: String) {
        chain = stem + ".pem"
        key = stem + ".key"
    }
}

/// Immutable once made, so loops may share it; a reload makes another and passes the ticket keys on, so that clients can
/// resume sessions over a reload. The first certificate answers clients that ask for no name, or for an unknown one.
@safe
package final class TLSServer: @unchecked Sendable {
    private let contexts: [TLSServerContext]
    private let contextByName: [String: TLSServerContext]

    /// Reads the files; throws with the name of the file that cannot be used.
    package init(
        _ first: CertificateFiles, _ others: [CertificateFiles] = [], resuming previous: TLSServer? = nil
    ) throws(StreamError) {
        var contexts: [TLSServerContext] = []
        var byName: [String: TLSServerContext] = [:]
        for files in [first] + others {
            let context = try TLSServerContext(files)
            contexts.append(context)
            byName.merge(context.names().map { ($0, context) }) { earlier, _ in earlier }
        }
        self.contexts = contexts
        contextByName = byName
        unsafe contexts[0].choosesCertificate(with: selectCertificate, Unmanaged.passUnretained(self).toOpaque())
        // All contexts, and those of the next generation, encrypt tickets under the same keys.
        let source = previous?.contexts[0] ?? contexts[0]
        for context in contexts { context.takeTicketKeys(from: source) }
    }

    func session() throws(StreamError) -> TLSSession {
        ERR_clear_error()
        guard let ssl = unsafe SSL_new(contexts[0].pointer) else { throw .tls(drainErrors()) }
        unsafe SSL_set_accept_state(ssl)
        return unsafe TLSSession(ssl, keepingAlive: self)
    }

    /// The context for a host name: exact, or by a wildcard in its first label (RFC 6125, 6.4.3).
    fileprivate func context(named name: String) -> TLSServerContext? {
        let name = name.lowercased()
        if let exact = contextByName[name] { return exact }
        guard let dot = name.firstIndex(of: ".") else { return nil }
        return contextByName["*" + name[dot...]]
    }
}

/// One certificate's OpenSSL context.
@safe
private final class TLSServerContext {
    let pointer: OpaquePointer

    init(_ files: CertificateFiles) throws(StreamError) {
        for file in [files.chain, files.key] where unsafe access(file, R_OK) != 0 {
            throw .system(call: "cannot read the certificate file \(file)", code: errno)
        }
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { throw .tls(drainErrors()) }
        unsafe pointer = context
        unsafe tls_prepare(context)
        unsafe SSL_CTX_set_alpn_select_cb(context, selectProtocol, nil)
        if unsafe SSL_CTX_use_certificate_chain_file(context, files.chain) != 1 {
            throw .tls("\(files.chain) holds no usable certificate chain: \(drainErrors())")
        }
        if unsafe SSL_CTX_use_PrivateKey_file(context, files.key, SSL_FILETYPE_PEM) != 1 {
            throw .tls("\(files.key) holds no usable private key for \(files.chain): \(drainErrors())")
        }
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    func choosesCertificate(
        with callback: @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32,
        _ argument: UnsafeMutableRawPointer
    ) {
        unsafe tls_set_server_name_callback(pointer, callback, argument)
    }

    /// The DNS names of the certificate, lower case.
    func names() -> [String] {
        guard let certificate = unsafe SSL_CTX_get0_certificate(pointer),
            let extensions = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil)
        else { return [] }
        defer { unsafe tls_free_names(extensions) }
        return (0..<(unsafe tls_count_names(extensions))).compactMap { index in
            var length: Int32 = 0
            guard let text = unsafe tls_dns_name(extensions, index, &length) else { return nil }
            let bytes = unsafe UnsafeBufferPointer(start: text, count: Int(length))
            return unsafe String(decoding: bytes, as: UTF8.self).lowercased()
        }
    }

    func takeTicketKeys(from source: TLSServerContext) {
        var keys = [UInt8](repeating: 0, count: 80)
        guard unsafe tls_get_ticket_keys(source.pointer, &keys, keys.count) == 1 else { return }
        _ = unsafe tls_set_ticket_keys(pointer, &keys, keys.count)
        unsafe OPENSSL_cleanse(&keys, keys.count)
    }
}

/// ALPN (RFC 7301): HTTP/1.1 or, when the client insists on something else, a fatal alert.
private func selectProtocol(
    _: OpaquePointer?, chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, chosenLength: UnsafeMutablePointer<UInt8>?,
    offered: UnsafePointer<UInt8>?, offeredLength: UInt32, _: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe tls_choose_http11(chosen, chosenLength, offered, offeredLength)
}

private func selectCertificate(
    ssl: OpaquePointer?, _: UnsafeMutablePointer<Int32>?, server: UnsafeMutableRawPointer?
) -> Int32 {
    guard let ssl = unsafe ssl, let server = unsafe server,
        let name = unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)
    else { return SSL_TLSEXT_ERR_OK }
    let certificates = unsafe Unmanaged<TLSServer>.fromOpaque(server).takeUnretainedValue()
    if let context = unsafe certificates.context(named: String(cString: name)) {
        _ = unsafe SSL_set_SSL_CTX(ssl, context.pointer)
    }
    return SSL_TLSEXT_ERR_OK
}
