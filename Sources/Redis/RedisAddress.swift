// Where a Redis is and how to sign in: `unix:/path`, `redis://[user:password@]host[:port][/database]`, `rediss://…` with TLS.

package struct RedisAddress: Sendable, Equatable {
    package enum Place: Sendable, Equatable {
        case unix(path: String)
        case host(String, port: UInt16, tls: Bool)
    }

    package var place: Place
    package var user: String?
    package var password: String?
    package var database = 0

    package init(unixPath: String) {
        place = .unix(path: unixPath)
    }

    /// Nil when the text is none of the forms above.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            place = .unix(path: String(text.dropFirst(text.hasPrefix("unix://") ? 7 : 5)))
            return
        }
        let isTLS = text.hasPrefix("rediss://")
        guard isTLS || text.hasPrefix("redis://") else { return nil }
        var rest = text.dropFirst(isTLS ? 9 : 8)
        if let at = rest.lastIndex(of: "@") {
            let signIn = rest[..<at]
            if let colon = signIn.firstIndex(of: ":") {
                user = colon == signIn.startIndex ? nil : String(signIn[..<colon])
                password = String(signIn[signIn.index(after: colon)...])
            } else {
                password = String(signIn)
            }
            rest = rest[rest.index(after: at)...]
        }
        if let slash = rest.firstIndex(of: "/") {
            let number = rest[rest.index(after: slash)...]
            if !number.isEmpty {
                guard let parsed = Int(number), parsed >= 0 else { return nil }
                database = parsed
            }
            rest = rest[..<slash]
        }
        var port: UInt16 = 6379
        if let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") {
            guard let parsed = UInt16(rest[rest.index(after: colon)...]) else { return nil }
            port = parsed
            rest = rest[..<colon]
        }
        if rest.hasPrefix("["), rest.hasSuffix("]") { rest = rest.dropFirst().dropLast() }
        guard !rest.isEmpty else { return nil }
        place = .host(String(rest), port: port, tls: isTLS)
    }
}
