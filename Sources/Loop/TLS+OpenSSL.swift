// One TLS session of a stream. OpenSSL reads and writes the descriptor itself, so a record is copied once.

import COpenSSL

/// Belongs to a stream, so to one loop. Errors of OpenSSL live in a queue of the thread, thus of all sessions of the loop: it
/// is cleared before a call and drained after a failure.
@safe
final class TLSSession {
    let ssl: OpaquePointer
    /// The context's tables (certificates by name) must outlive the session, also over a reload.
    private let keepAlive: AnyObject
    private var isBroken = false

    /// Takes ownership of `ssl`.
    init(_ ssl: OpaquePointer, keepingAlive keepAlive: AnyObject) {
        unsafe self.ssl = ssl
        self.keepAlive = keepAlive
    }

    deinit { unsafe SSL_free(ssl) }

    func attach(_ descriptor: Int32) { _ = unsafe SSL_set_fd(ssl, descriptor) }

    var hasPending: Bool { unsafe SSL_has_pending(ssl) == 1 }

    func handshake() throws(StreamError) -> Transfer {
        ERR_clear_error()
        let code = unsafe SSL_do_handshake(ssl)
        if code == 1 { return .bytes(0) }
        return try outcome(of: code, during: "handshake")
    }

    /// Whether the last `read` emptied the socket: OpenSSL asked it for a record's size and got less, and holds no more.
    private(set) var hasDrainedSocket = false
    /// Less than OpenSSL's read buffer has room for when it is empty.
    private static let shortRead: UInt64 = 16 * 1024

    func read(into bytes: UnsafeMutableRawBufferPointer) throws(StreamError) -> Transfer {
        ERR_clear_error()
        let source = unsafe SSL_get_rbio(ssl)
        let wasEmpty = !hasPending
        let before = unsafe BIO_number_read(source)
        let code = unsafe SSL_read(ssl, bytes.baseAddress, Int32(clamping: bytes.count))
        if code > 0 {
            let count = unsafe BIO_number_read(source) - before
            hasDrainedSocket = wasEmpty && count > 0 && count < Self.shortRead && !hasPending
            return .bytes(Int(code))
        }
        hasDrainedSocket = false
        return try outcome(of: code, during: "read")
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StreamError) -> Transfer {
        ERR_clear_error()
        let code = unsafe SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count))
        if code > 0 { return .bytes(Int(code)) }
        return try outcome(of: code, during: "write")
    }

    /// Best effort, once; after a failure OpenSSL forbids it (SSL_shutdown(3)).
    func sendCloseNotify() {
        guard !isBroken, unsafe SSL_is_init_finished(ssl) == 1, unsafe SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN == 0
        else {
            return
        }
        ERR_clear_error()
        _ = unsafe SSL_shutdown(ssl)
        ERR_clear_error()
    }

    private func outcome(of code: Int32, during step: String) throws(StreamError) -> Transfer {
        switch unsafe SSL_get_error(ssl, code) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_ZERO_RETURN: return .end
        case SSL_ERROR_SYSCALL:
            isBroken = true
            throw .closedByPeer
        default:
            isBroken = true
            let reason = drainErrors()
            // A peer that closes the socket without close_notify: HTTP and Redis have framing of their own, so to them it
            // is an end like any other.
            if reason.contains("unexpected eof") { throw .closedByPeer }
            let verification = unsafe SSL_get_verify_result(ssl)
            if verification != X509_V_OK, let text = unsafe X509_verify_cert_error_string(verification) {
                throw .tls("\(step): certificate not accepted: \(unsafe String(cString: text))")
            }
            throw .tls("\(step): \(reason)")
        }
    }
}

/// Empties the thread's error queue and says what was in it.
func drainErrors() -> String {
    var reasons: [String] = []
    while true {
        let code = ERR_get_error()
        if code == 0 { break }
        if let reason = unsafe ERR_reason_error_string(code) {
            reasons.append(unsafe String(cString: reason))
        } else {
            reasons.append("error \(code)")
        }
    }
    return reasons.isEmpty ? "unknown error" : reasons.joined(separator: "; ")
}
