// The parameters of a query (`a=1&b=2`), found where they stand. A value is percent-decoded once, and `+` stays `+`: WeCom puts
// base64 into queries, and a plus that becomes a space breaks the signature.

import Codec

package struct QueryParameters: ~Escapable {
    private let query: Span<UInt8>

    /// - Parameter query: what follows the question mark, still encoded.
    @_lifetime(copy query)
    package init(_ query: Span<UInt8>) {
        self.query = query
    }

    /// Appends the decoded value of the parameter to `output`, which is as before if there is none or it is refused.
    /// - Returns: whether the parameter is there; without an equals sign its value is empty.
    /// - Throws: also if it is there twice, since a check and its use might each take another one.
    package func find(_ name: String, appendingTo output: inout [UInt8]) throws(HTTPFault) -> Bool {
        guard let found = try places(of: [name])[0] else { return false }
        try decode(found, appendingTo: &output)
        return true
    }

    /// Where the values of several parameters stand, found in one go; nil for those that are not there.
    /// - Throws: if one of them is there twice.
    package func places<let count: Int>(
        of names: InlineArray<count, String>
    ) throws(HTTPFault) -> InlineArray<count, Range<Int>?> {
        var places = InlineArray<count, Range<Int>?>(repeating: nil)
        var start = 0
        while start < query.count {
            let end = firstIndex(of: UInt8(ascii: "&"), in: start..<query.count)
            let equals = firstIndex(of: UInt8(ascii: "="), in: start..<end)
            for index in names.indices where start < end {
                guard try isName(start..<equals, names[index]) else { continue }
                guard places[index] == nil else { throw .repeatedParameter }
                places[index] = min(equals + 1, end)..<end
            }
            start = end + 1
        }
        return places
    }

    /// Names are nearly always sent as they are, so the copy that decoding needs is nearly never made.
    private func isName(_ range: Range<Int>, _ name: String) throws(HTTPFault) -> Bool {
        guard firstIndex(of: UInt8(ascii: "%"), in: range) < range.upperBound else {
            return query.equals(name, at: range)
        }
        var decoded: [UInt8] = []
        try decode(range, appendingTo: &decoded)
        return decoded.span.equals(name, at: decoded.indices)
    }

    /// Appends the decoded value that stands at `range`.
    package func decode(_ range: Range<Int>, appendingTo output: inout [UInt8]) throws(HTTPFault) {
        do throws(CodecError) {
            try Percent.decode(query.extracting(range), appendingTo: &output)
        } catch {
            throw .malformedEscape
        }
    }

    private func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int {
        range.lowerBound + query.extracting(range).firstIndex(from: 0) { $0.equals(byte) }
    }
}
