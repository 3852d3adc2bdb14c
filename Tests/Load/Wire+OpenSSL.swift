// One TLS connection of the driver, of either side, and the contexts they are made from.

import COpenSSL
import Glibc

@safe
final class TLSContext {
    fileprivate let pointer: OpaquePointer

    /// A client. Certificates are not checked against an authority, which Weir's own tests do: it would only cost the driver
    /// time. The server signs all the same.
    init() throws(LoadFault) {
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else { throw LoadFault("SSL_CTX_new") }
        unsafe pointer = context
        unsafe tls_prepare(context)
    }

    /// A server with the certificate `stem`.pem and its key.
    init(certificate stem: String) throws(LoadFault) {
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { throw LoadFault("SSL_CTX_new") }
        unsafe pointer = context
        unsafe tls_prepare(context)
        guard unsafe SSL_CTX_use_certificate_chain_file(context, stem + ".pem") == 1,
            unsafe SSL_CTX_use_PrivateKey_file(context, stem + ".key", SSL_FILETYPE_PEM) == 1
        else { throw LoadFault("\(stem): no usable certificate") }
    }

    deinit { unsafe SSL_CTX_free(pointer) }
}

/// A session to be resumed.
@safe
final class TLSTicket {
    fileprivate let pointer: OpaquePointer
    fileprivate init(_ pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }
    deinit { unsafe SSL_SESSION_free(pointer) }
}

@safe
final class Wire {
    enum Progress: Equatable {
        case done(Int)
        case wantsRead
        case wantsWrite
        case ended
    }

    let descriptor: Int32
    private let ssl: OpaquePointer
    private var isClosed = false

    init(_ context: TLSContext, client descriptor: Int32, resuming ticket: TLSTicket? = nil) throws(LoadFault) {
        self.descriptor = descriptor
        guard let ssl = unsafe SSL_new(context.pointer) else { throw LoadFault("SSL_new") }
        unsafe self.ssl = unsafe ssl
        unsafe SSL_set_fd(ssl, descriptor)
        unsafe SSL_set_connect_state(ssl)
        if let ticket { unsafe SSL_set_session(ssl, ticket.pointer) }
    }

    init(_ context: TLSContext, server descriptor: Int32) throws(LoadFault) {
        self.descriptor = descriptor
        guard let ssl = unsafe SSL_new(context.pointer) else { throw LoadFault("SSL_new") }
        unsafe self.ssl = unsafe ssl
        unsafe SSL_set_fd(ssl, descriptor)
        unsafe SSL_set_accept_state(ssl)
    }

    deinit {
        close()
        unsafe SSL_free(ssl)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        // Otherwise OpenSSL takes the session for broken, and never resumes it (SSL_free after no SSL_shutdown).
        unsafe SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
        Glibc.close(descriptor)
    }

    func handshake() -> Progress {
        ERR_clear_error()
        return progress(unsafe SSL_do_handshake(ssl), done: 0)
    }

    func write(_ bytes: [UInt8], from offset: Int = 0) -> Progress {
        ERR_clear_error()
        let code = unsafe bytes.withUnsafeBytes { bytes in
            unsafe SSL_write(ssl, bytes.baseAddress?.advanced(by: offset), Int32(bytes.count - offset))
        }
        return progress(code, done: Int(code))
    }

    /// Reads behind the first `offset` bytes of `buffer`.
    func read(into buffer: inout [UInt8], at offset: Int) -> Progress {
        ERR_clear_error()
        let code = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe SSL_read(ssl, bytes.baseAddress?.advanced(by: offset), Int32(bytes.count - offset))
        }
        return progress(code, done: Int(code))
    }

    /// With read-ahead, a record that OpenSSL holds already is seen by no poll.
    var hasPending: Bool { unsafe SSL_has_pending(ssl) == 1 }
    var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }
    /// Protocol and cipher, such as "TLSv1.3 TLS_AES_256_GCM_SHA384".
    var agreed: String {
        guard let version = unsafe SSL_get_version(ssl), let cipher = unsafe SSL_get_current_cipher(ssl),
            let name = unsafe SSL_CIPHER_get_name(cipher)
        else { return "" }
        return unsafe "\(String(cString: version)) \(String(cString: name))"
    }

    func ticket() -> TLSTicket? {
        guard let session = unsafe SSL_get1_session(ssl) else { return nil }
        return unsafe TLSTicket(session)
    }

    private func progress(_ code: Int32, done count: Int) -> Progress {
        if code > 0 { return .done(count) }
        return switch unsafe SSL_get_error(ssl, code) {
        case SSL_ERROR_WANT_READ: .wantsRead
        case SSL_ERROR_WANT_WRITE: .wantsWrite
        default: .ended
        }
    }
}
