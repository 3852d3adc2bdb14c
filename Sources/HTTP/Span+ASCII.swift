// Comparisons of a piece of the receive buffer with known text, without making a `String` of the piece.

extension Span where Element == UInt8 {
    /// Whether the bytes at `range` are exactly `text`.
    func equals(_ text: String, at range: Range<Int>) -> Bool {
        let expected = text.utf8.span
        guard range.count == expected.count else { return false }
        for offset in expected.indices where self[range.lowerBound &+ offset] != expected[offset] { return false }
        return true
    }

    /// Whether the bytes at `range` are `text`, which is in lower case, in whatever case.
    func equalsIgnoringCase(_ text: String, at range: Range<Int>) -> Bool {
        let expected = text.utf8.span
        guard range.count == expected.count else { return false }
        for offset in expected.indices where self[range.lowerBound &+ offset].lowercased != expected[offset] {
            return false
        }
        return true
    }

    /// The range without spaces and tabs at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, self[start] == .space || self[start] == .tab { start &+= 1 }
        while start < end, self[end &- 1] == .space || self[end &- 1] == .tab { end &-= 1 }
        return start..<end
    }
}
