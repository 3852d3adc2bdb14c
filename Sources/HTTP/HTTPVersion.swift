// The versions Weir speaks (RFC 9112 section 2.3).

package enum HTTPVersion: UInt8, Hashable, Sendable {
    case http10, http11

    static func read(_ range: Range<Int>, of bytes: Span<UInt8>) throws(HTTPFault) -> HTTPVersion {
        if bytes.equals("HTTP/1.1", at: range) { return .http11 }
        if bytes.equals("HTTP/1.0", at: range) { return .http10 }
        let start = range.lowerBound
        guard range.count == 8, bytes.equals("HTTP/", at: start..<start + 5), bytes[start + 5].isDigit,
            bytes[start + 6] == UInt8(ascii: "."), bytes[start + 7].isDigit
        else { throw .malformedVersion }
        throw .unsupportedVersion
    }
}
