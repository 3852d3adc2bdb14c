// What a client remembers of a TLS session, so that the next connection to the same server costs no certificate and no signature
// (RFC 8446, 2.2). It holds for the name and the authorities that the first handshake checked: whoever keeps one keeps it for that
// origin and that `TLSClient` only.

import COpenSSL

/// May be used by several connections, also at the same time; OpenSSL counts references.
@safe
package final class TLSResumption {
    private let session: OpaquePointer

    /// Takes over one reference.
    init(_ session: OpaquePointer) { unsafe self.session = session }

    deinit { unsafe SSL_SESSION_free(session) }

    /// A server that does not want the session any more makes a full handshake of it.
    func offer(on ssl: OpaquePointer) { _ = unsafe SSL_set_session(ssl, session) }
}

extension TLSSession {
    /// What the server has given for another connection; with TLS 1.3 that comes with, or behind, the first response. Nil: nothing.
    var resumption: TLSResumption? {
        guard let session = unsafe SSL_get1_session(ssl) else { return nil }
        let resumption = unsafe TLSResumption(session)
        return unsafe SSL_SESSION_is_resumable(session) == 1 ? resumption : nil
    }

    var wasResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }
}
