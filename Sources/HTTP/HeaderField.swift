// One field line of a head or a trailer (RFC 9112 section 5), kept as four offsets into the receive buffer.

package struct HeaderField: Equatable, Sendable {
    package let known: FieldName
    private let nameStart: UInt32
    private let nameCount: UInt32
    private let valueStart: UInt32
    private let valueCount: UInt32

    package var name: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameCount) }
    /// Without the spaces around it; may be empty.
    package var value: Range<Int> { Int(valueStart)..<Int(valueStart) + Int(valueCount) }

    /// Reads a line that is not empty, has lost its CR LF, and contains no control byte but tab.
    init(line: Range<Int>, of bytes: Span<UInt8>) throws(HTTPFault) {
        let first = bytes[line.lowerBound]
        if first == .space || first == .tab { throw .foldedField }

        var colon = line.lowerBound
        while colon < line.upperBound, ByteSet.token.contains(bytes[colon]) { colon &+= 1 }
        guard colon < line.upperBound else { throw .missingColon }
        guard bytes[colon] == UInt8(ascii: ":") else {
            // RFC 9112 section 5.1 has servers refuse it: some parsers cut the space off, others do not.
            let isSpace = bytes[colon] == .space || bytes[colon] == .tab
            throw isSpace ? .whitespaceInFieldName : .invalidFieldName
        }
        guard colon > line.lowerBound else { throw .emptyFieldName }

        let value = bytes.trimmed(colon + 1..<line.upperBound)
        known = FieldName(line.lowerBound..<colon, of: bytes)
        // A head is at most a megabyte (`HTTPLimits`), so its offsets fit.
        nameStart = UInt32(truncatingIfNeeded: line.lowerBound)
        nameCount = UInt32(truncatingIfNeeded: colon - line.lowerBound)
        valueStart = UInt32(truncatingIfNeeded: value.lowerBound)
        valueCount = UInt32(truncatingIfNeeded: value.count)
    }
}
