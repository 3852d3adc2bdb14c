// Where a client's connections lead and how they are made: origins, the policy, and why there was no answer.

package import Loop

/// Where a connection leads, and who is shown to be calling: connections are shared by requests to the same origin only.
package struct Origin: Hashable, Sendable {
    /// A name or a numeric address, without brackets.
    package let host: String
    package let port: UInt16
    package let isSecure: Bool
    /// The client certificate; nil: none.
    package let identity: ClientIdentity?

    package init(host: String, port: UInt16, isSecure: Bool, identity: ClientIdentity? = nil) {
        self.host = host
        self.port = port
        self.isSecure = isSecure
        self.identity = identity
    }
}

/// Whom a client trusts, where it may go, and by which way.
package struct ClientPolicy: Sendable {
    package var tls: TLSClient
    /// Asked about each address before it is connected to, by itself or through the proxy.
    package var admits: @Sendable (IPAddress) -> Bool
    package var admitsPort: @Sendable (UInt16) -> Bool
    package var proxy: HTTPProxy?

    package init(
        tls: TLSClient, admits: @escaping @Sendable (IPAddress) -> Bool = { _ in true },
        admitsPort: @escaping @Sendable (UInt16) -> Bool = { _ in true }, proxy: HTTPProxy? = nil
    ) {
        self.tls = tls
        self.admits = admits
        self.admitsPort = admitsPort
        self.proxy = proxy
    }
}

/// A proxy that makes tunnels (CONNECT; RFC 9110, 9.3.6), reached without TLS.
package struct HTTPProxy: Sendable {
    package let host: String
    package let port: UInt16
    /// The value of `Proxy-Authorization`.
    let authorization: String?
    /// Whether it is on the way to this host at this address.
    let applies: @Sendable (String, IPAddress) -> Bool

    package init(
        host: String, port: UInt16, authorization: String?,
        applies: @escaping @Sendable (String, IPAddress) -> Bool = { _, _ in true }
    ) {
        self.host = host
        self.port = port
        self.authorization = authorization
        self.applies = applies
    }
}

/// Why a request got no response.
package enum ClientError: Error, Equatable, Sendable {
    case lookup(StreamError)
    case connect(StreamError)
    /// Every address of the host is one that this client may not reach.
    case forbidden(IPAddress)
    case forbiddenPort(UInt16)
    /// The proxy does not answer, or not as one.
    case proxy(reason: String)
    /// The proxy answered, and made no tunnel.
    case proxyRefused(HTTPStatus)
    case tls(StreamError)
    /// No whole response by the deadline.
    case timedOut
    /// The connection broke off before the response was whole.
    case interrupted(StreamError)
    /// What came is no HTTP response.
    case malformed(HTTPFault)
}
