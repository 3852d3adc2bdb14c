// A list of names as in `Connection: keep-alive, close` (RFC 9110 section 5.6.1). Empty elements are skipped, as receivers must.

struct CommaList {
    private var rest: Range<Int>

    init(_ range: Range<Int>) {
        rest = range
    }

    /// The next element, or nil at the end of the list.
    /// - Throws: `fault` for an element that is not a name.
    mutating func next(in bytes: Span<UInt8>, otherwise fault: HTTPFault) throws(HTTPFault) -> Range<Int>? {
        while !rest.isEmpty {
            var comma = rest.lowerBound
            while comma < rest.upperBound, bytes[comma] != UInt8(ascii: ",") { comma &+= 1 }
            let element = bytes.trimmed(rest.lowerBound..<comma)
            rest = min(comma + 1, rest.upperBound)..<rest.upperBound
            if element.isEmpty { continue }
            for index in element where !ByteSet.token.contains(bytes[index]) { throw fault }
            return element
        }
        return nil
    }
}
