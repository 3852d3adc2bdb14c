// The target of a request (RFC 9112 section 3.2), taken apart into path and query by offsets. Nothing is decoded or normalised
// here: a path is compared as it was sent, so that what was checked and what is served are the same bytes.

import Codec

package struct RequestTarget: Equatable, Sendable {
    package enum Form: Equatable, Sendable {
        /// `/path?query`, what clients send.
        case origin
        /// `http://host/path?query`, which servers must accept (section 3.2.2); its authority replaces the Host field's.
        case absolute
        /// `*`, with OPTIONS only.
        case asterisk
    }

    package let form: Form
    /// Starts with `/`, except that it is empty in an absolute form without a path (which means `/`) and in asterisk form.
    package let path: Range<Int>
    /// What follows the first question mark.
    package let query: Range<Int>?
    /// Host and port of an absolute form.
    package let authority: Range<Int>?

    static var unread: RequestTarget { RequestTarget(form: .asterisk, path: 0..<0, query: nil, authority: nil) }

    static func read(
        _ range: Range<Int>, of bytes: Span<UInt8>, method: HTTPMethod
    ) throws(HTTPFault) -> RequestTarget {
        guard method != .connect else { throw .connectNotSupported }
        if bytes[range.lowerBound] == UInt8(ascii: "/") {
            return try split(range, of: bytes, form: .origin, authority: nil)
        }
        if bytes.equals("*", at: range) {
            guard method == .options else { throw .invalidTarget }
            return RequestTarget(form: .asterisk, path: range.upperBound..<range.upperBound, query: nil, authority: nil)
        }
        return try readAbsolute(range, of: bytes)
    }

    private static func readAbsolute(_ range: Range<Int>, of bytes: Span<UInt8>) throws(HTTPFault) -> RequestTarget {
        guard let start = endOfScheme(range, of: bytes) else { throw .invalidTarget }
        var end = start
        while end < range.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end &+= 1 }
        guard Authority.isValid(start..<end, of: bytes) else { throw .invalidTarget }
        return try split(end..<range.upperBound, of: bytes, form: .absolute, authority: start..<end)
    }

    private static func endOfScheme(_ range: Range<Int>, of bytes: Span<UInt8>) -> Int? {
        let start = range.lowerBound
        if range.count >= 7, bytes.equalsIgnoringCase("http://", at: start..<start + 7) { return start + 7 }
        if range.count >= 8, bytes.equalsIgnoringCase("https://", at: start..<start + 8) { return start + 8 }
        return nil
    }

    private static func split(
        _ range: Range<Int>, of bytes: Span<UInt8>, form: Form, authority: Range<Int>?
    ) throws(HTTPFault) -> RequestTarget {
        var question: Int?
        var index = range.lowerBound
        while true {
            index = bytes.extracting(..<range.upperBound).firstIndex(from: index) { $0.mayMatterInTarget }
            guard index < range.upperBound else { break }
            let byte = bytes[index]
            if !ByteSet.pathAndQuery.contains(byte) {
                guard byte == UInt8(ascii: "%") else {
                    throw byte == UInt8(ascii: "#") ? .fragmentInTarget : .invalidTarget
                }
                guard index + 2 < range.upperBound, ByteSet.hexDigit.contains(bytes[index + 1]),
                    ByteSet.hexDigit.contains(bytes[index + 2])
                else { throw .malformedEscape }
            } else if byte == UInt8(ascii: "?"), question == nil {
                question = index
            }
            index &+= 1
        }
        let path = range.lowerBound..<(question ?? range.upperBound)
        let query = question.map { $0 + 1..<range.upperBound }
        return RequestTarget(form: form, path: path, query: query, authority: authority)
    }
}

extension ByteBlock {
    /// The question mark, and at least all that is not in `ByteSet.pathAndQuery`.
    @inline(__always)
    fileprivate var mayMatterInTarget: ByteFlags {
        let outside = isBelow(0x21) .| isNotASCII .| equals(0x7F) .| equals(UInt8(ascii: "?"))
        let quotes = equals(UInt8(ascii: "\"")) .| equals(UInt8(ascii: "#")) .| equals(UInt8(ascii: "%"))
        let signs = equals(UInt8(ascii: "<")) .| equals(UInt8(ascii: ">")) .| equals(UInt8(ascii: "`"))
        // [ \ ] ^ and { | }
        return outside .| quotes .| signs .| (self &- 0x5B).isBelow(4) .| (self &- 0x7B).isBelow(3)
    }
}
