// What outgoing connections share: trusted authorities and protocol versions.

import COpenSSL

/// May be shared by loops: OpenSSL counts references to a context atomically and this type never changes it after `init`.
@safe
package final class TLSClient: @unchecked Sendable {
    private let context: OpaquePointer

    /// Trusts the system's authorities and those in the file `additionalTrust`, if given (PEM).
    package init(additionalTrust: String?) throws(StreamError) {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else { throw .tls(drainErrors()) }
        unsafe self.context = unsafe context
        unsafe tls_prepare(context)
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        unsafe SSL_CTX_set_default_verify_paths(context)
        if let file = additionalTrust, unsafe SSL_CTX_load_verify_locations(context, file, nil) != 1 {
            throw .tls("cannot read the trusted certificates in \(file): \(drainErrors())")
        }
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// A session that accepts only a certificate for `name`, a host name or a numeric address.
    /// - identity: what is shown to a server that asks who calls.
    func session(for name: String, showing identity: ClientIdentity? = nil, resuming resumption: TLSResumption?)
        throws(StreamError) -> TLSSession
    {
        ERR_clear_error()
        guard let ssl = unsafe SSL_new(context) else { throw .tls(drainErrors()) }
        let session = unsafe TLSSession(ssl, keepingAlive: self)
        unsafe SSL_set_connect_state(ssl)
        // OpenSSL takes an empty name, or one that it could not set, for "any name will do".
        guard !name.isEmpty, unsafe expect(name, of: ssl) else {
            throw .tls("cannot verify a certificate for '\(name)'")
        }
        unsafe resumption?.offer(on: ssl)
        if let identity, unsafe !identity.show(in: ssl) {
            throw .tls("cannot show \(identity): \(drainErrors())")
        }
        return session
    }

    private func expect(_ name: String, of ssl: OpaquePointer) -> Bool {
        if IPAddress(name) != nil { return unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1 }
        // The subject alternative names alone count, and `*` stands for a whole label (RFC 9525, 6.3).
        let flags = UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
        unsafe SSL_set_hostflags(ssl, flags)
        unsafe tls_set_server_name(ssl, name)
        return unsafe SSL_set1_host(ssl, name) == 1
    }
}
