// Where `weir send-callback` sends to: the URL given, else where the configuration says that Weir is.

import Gateway
import Loop
import Telemetry

enum CallbackDestination {
    /// - given: the value of `--url`; without a path it gets the source's.
    static func url(given: String?, source: CallbackSource, configuration: Configuration) throws(CommandError)
        -> HTTPURL
    {
        if let given {
            let url = try url(given)
            return url.target == "/" ? try Self.url(base(of: url) + path(of: source)) : url
        }
        let base =
            configuration.publicListener.url.map(base(of:)) ?? "https://\(local(configuration.publicListener.listen))"
        return try url(base + path(of: source))
    }

    static func url(_ text: String) throws(CommandError) -> HTTPURL {
        do throws(HTTPURL.Fault) {
            return try HTTPURL(text)
        } catch {
            throw .usage("cannot send to \(text): \(error)")
        }
    }

    private static func base(of url: HTTPURL) -> String { "\(url.scheme.rawValue)://\(url.authority)" }

    private static func path(of source: CallbackSource) -> String {
        guard case .instance(let instance) = source.kind, case .pathToken(let token) = instance.authentication else {
            return source.path
        }
        return "\(source.path)/\(token.revealed)"
    }

    /// A listener at every address is reached on the loopback interface.
    private static func local(_ address: SocketAddress) -> String {
        guard let ip = address.ip, let port = address.port else { return "\(address)" }
        let isEverywhere = ip == IPAddress(v4: 0) || ip == IPAddress(high: 0, low: 0)
        return "\(SocketAddress.ip(isEverywhere ? IPAddress(v4: 0x7F00_0001) : ip, port: port))"
    }
}
