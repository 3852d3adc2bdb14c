// A header that a tenant wants on its deliveries, such as `Authorization`. The value may be a secret, so it is masked.

package import Telemetry

package struct EndpointHeader: Sendable, Equatable {
    package let name: String
    package let value: Masked<String>

    /// What is wrong with such a header, or nil. A line break in a value would be a second header, and then a body.
    package static func problem(name: String, value: String) -> String? {
        guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else { return "`\(name)` is not the name of a header" }
        let lowercased = name.lowercased()
        if reserved.contains(lowercased) || lowercased.hasPrefix("webhook-") { return "`\(name)` is set by Weir" }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            return "the value of `\(name)` has control characters"
        }
        return nil
    }

    package init(name: String, value: String) {
        self.name = name
        self.value = Masked(value)
    }

    private static let reserved: Set<String> = [
        "host", "content-length", "content-type", "transfer-encoding", "connection", "te", "trailer", "upgrade",
        "expect", "user-agent",
    ]

    /// RFC 9110, 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
