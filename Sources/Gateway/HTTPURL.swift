// An http or https URL, checked and split once: where to connect, what to ask for. Stricter than RFC 3986: no user, no
// fragment, ASCII only; whoever reads one character differently from us would send a signed body elsewhere.

import Codec
import Loop

package struct HTTPURL: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    package enum Scheme: String, Sendable { case http, https }

    /// As given.
    package let text: String
    package let scheme: Scheme
    /// A name in lower case or an address, without brackets.
    package let host: String
    package let port: UInt16
    /// Path and query: what stands in the request line.
    package let target: String

    /// As people may see it.
    package var description: String { URLMask.masked(text) }
    /// Without it `dump` and the printing of an enclosing struct would walk into the text.
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

    /// The value of the header `Host`.
    package var authority: String {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return port == (scheme == .https ? 443 : 80) ? bracketed : "\(bracketed):\(port)"
    }

    package enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        case scheme
        case character
        case user
        case fragment
        case host
        /// `a.example.`, `a..example`: not every reader of names sees the same in them.
        case emptyLabel
        /// `127.1`, `0x7f000001`, `2130706433`: the resolver takes them for addresses.
        case addressSpelling
        case port
        case tooLong

        package var description: String {
            switch self {
            case .scheme: "it begins with neither `https://` nor `http://`"
            case .character: "it has other than visible ASCII characters; write those as `%XX`"
            case .user: "it has a user in it; give credentials in a header"
            case .fragment: "it has a fragment (`#…`), which is never sent"
            case .host: "its host is neither a name nor an address"
            case .emptyLabel: "its host begins or ends with a dot, or has two in a row"
            case .addressSpelling: "its host is a number, but not an IPv4 address in its usual form, such as 192.0.2.1"
            case .port: "its port is not a number from 1 to 65535"
            case .tooLong: "it is longer than \(HTTPURL.byteCountMax) characters"
            }
        }
    }

    /// What common servers take in a request line.
    package static let byteCountMax = 2048

    package init(_ text: String) throws(Fault) {
        guard text.utf8.count <= Self.byteCountMax else { throw .tooLong }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else { throw .character }
        let (scheme, rest) = try Self.scheme(of: text)
        guard !rest.contains("#") else { throw .fragment }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.contains("@") else { throw .user }
        let (host, port) = try Self.hostAndPort(of: authority)
        self.text = text
        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == .https ? 443 : 80)
        let target = rest[end...]
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
    }

    private static func scheme(of text: String) throws(Fault) -> (Scheme, Substring) {
        for scheme in [Scheme.https, .http] {
            let start = text.prefix(scheme.rawValue.count + 3)
            if start.lowercased() == scheme.rawValue + "://" { return (scheme, text[start.endIndex...]) }
        }
        throw .scheme
    }

    private static func hostAndPort(of authority: Substring) throws(Fault) -> (String, UInt16?) {
        var host = authority
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { throw .host }
            host = authority[..<close].dropFirst()
            let behind = authority[close...].dropFirst()
            guard behind.isEmpty || behind.hasPrefix(":") else { throw .host }
            if !behind.isEmpty { portText = behind.dropFirst() }
            // No zone behind it either (`%eth0`): links of this host are not for others to choose.
            guard host.contains(":"), IPAddress(String(host)) != nil else { throw .host }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                portText = authority[colon...].dropFirst()
            }
            guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy(isNameByte) else { throw .host }
            try checkLabels(of: host)
        }
        guard let portText else { return (host.lowercased(), nil) }
        guard portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(portText), port > 0 else {
            throw .port
        }
        return (host.lowercased(), port)
    }

    /// A host whose last part is a number is an address to whoever resolves it (as WHATWG's URL standard has it too). It is
    /// taken in the one form that is an address to everybody.
    private static func checkLabels(of host: Substring) throws(Fault) {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ !$0.isEmpty }) else { throw .emptyLabel }
        guard labels.allSatisfy({ $0.utf8.count <= 63 }) else { throw .host }
        guard let last = labels.last?.lowercased(), isNumber(last) else { return }
        guard let address = IPAddress(String(host)), address.description == host else { throw .addressSpelling }
    }

    private static func isNumber(_ label: String) -> Bool {
        if label.hasPrefix("0x") { return label.dropFirst(2).allSatisfy(\.isHexDigit) }
        return label.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
