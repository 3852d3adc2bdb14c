// Where a socket listens or connects: an IP address with a port, or a Unix path.

/// IPv4 or IPv6, kept as 128 bits; IPv4 as its mapped form `::ffff:a.b.c.d`, so that one comparison serves both.
package struct IPAddress: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(v4 value: UInt32) {
        high = 0
        low = 0xffff_0000_0000 | UInt64(value)
    }

    package var isV4: Bool { high == 0 && low >> 32 == 0xffff }

    /// What is counted as one peer: of IPv6 the first 64 bits, since a peer has 2^64 addresses of its own (RFC 6177).
    package var network: IPAddress { isV4 ? self : IPAddress(high: high, low: 0) }

    package var isLoopback: Bool {
        isV4 ? (low >> 24) & 0xff == 127 : high == 0 && low == 1
    }
}

package enum SocketAddress: Hashable, Sendable {
    /// The longest path of a Unix socket in bytes: `sun_path` has 108, the last is 0.
    package static let unixPathMax = 107

    case ip(IPAddress, port: UInt16)
    case unix(path: String)

    package var ip: IPAddress? {
        if case .ip(let address, _) = self { return address }
        return nil
    }

    package var port: UInt16? {
        if case .ip(_, let port) = self { return port }
        return nil
    }
}

extension SocketAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .ip(let address, let port): address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// `127.0.0.1:8443`, `[::1]:8443` or `unix:/path`. Names are not looked up here.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            self = .unix(path: String(text.dropFirst(5)))
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard let address = IPAddress(String(host)) else { return nil }
        self = .ip(address, port: port)
    }
}
