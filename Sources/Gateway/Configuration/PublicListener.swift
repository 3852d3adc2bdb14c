// The listener that WeCom and providers call: TLS, reachable from the internet.

package import Loop

package struct PublicListener: Sendable, Equatable {
    package var listen = SocketAddress.ip(IPAddress(v4: 0), port: 8443)
    /// `X` stands for the chain `X.pem` and the key `X.key`. The first one serves clients that name no host.
    package var certificates = ["Certs/dev/server"]
    /// What the console of WeCom is given, as far as the host; nil when the host is not known to Weir.
    package var url: HTTPURL?
}
