// Whether bytes are a host with an optional port (RFC 3986 section 3.2 without user information). The same check guards the
// Host field, targets in absolute form, and the requests Weir sends.

enum Authority {
    static func isValid(_ range: Range<Int>, of bytes: Span<UInt8>) -> Bool {
        // An empty host is grammar, but no http or https resource has one (RFC 9110 section 4.2.1).
        guard !range.isEmpty else { return false }
        guard bytes[range.lowerBound] == UInt8(ascii: "[") else {
            var end = range.lowerBound
            while end < range.upperBound, bytes[end] != UInt8(ascii: ":") { end &+= 1 }
            return isName(range.lowerBound..<end, of: bytes) && isPort(end..<range.upperBound, of: bytes)
        }
        var end = range.lowerBound + 1
        while end < range.upperBound, bytes[end] != UInt8(ascii: "]") { end &+= 1 }
        guard end < range.upperBound else { return false }
        return isAddress(range.lowerBound + 1..<end, of: bytes) && isPort(end + 1..<range.upperBound, of: bytes)
    }

    private static func isName(_ range: Range<Int>, of bytes: Span<UInt8>) -> Bool {
        if range.isEmpty { return false }
        for index in range where !ByteSet.registeredName.contains(bytes[index]) { return false }
        return true
    }

    /// The letters of an IPv6 address; whether they make one is the resolver's to say, no two parsers split them differently.
    private static func isAddress(_ range: Range<Int>, of bytes: Span<UInt8>) -> Bool {
        var colons = 0
        for index in range {
            let byte = bytes[index]
            if byte == UInt8(ascii: ":") { colons += 1 }
            guard byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") || ByteSet.hexDigit.contains(byte) else {
                return false
            }
        }
        return colons >= 2
    }

    /// Nothing, or a colon and a port number.
    private static func isPort(_ range: Range<Int>, of bytes: Span<UInt8>) -> Bool {
        if range.isEmpty { return true }
        guard bytes[range.lowerBound] == UInt8(ascii: ":"), range.count >= 2, range.count <= 6 else { return false }
        var port = 0
        for index in range.dropFirst() {
            guard bytes[index].isDigit else { return false }
            port = port * 10 + Int(bytes[index] &- UInt8(ascii: "0"))
        }
        return port <= 65_535
    }
}
