// Numbers as the JSON scanner meets them: their form is checked, their value only if somebody asks.

extension JSONScanner {
    /// The value of a number that is an integer of 64 bits; fractions and exponents are refused, even `1.0`.
    package func integer(_ number: Range<Int>) throws(CodecError) -> Int64 {
        guard let value = ASCII.decimal(bytes.extracting(number)) else {
            throw CodecError(.numberOutOfRange, at: number.lowerBound)
        }
        return value
    }

    /// Passes over a number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    @_lifetime(self: copy self)
    mutating func scanNumber() throws(CodecError) -> Range<Int> {
        let start = offset
        if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
        let hasLeadingZero = offset < bytes.count && bytes[offset] == UInt8(ascii: "0")
        let digitCount = try scanDigits()
        if hasLeadingZero, digitCount > 1 { throw CodecError(.badNumber, at: start) }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            offset += 1
            _ = try scanDigits()
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") {
                offset += 1
            }
            _ = try scanDigits()
        }
        return start..<offset
    }

    /// Passes over the digits, of which there must be one at least, and counts them.
    @_lifetime(self: copy self)
    private mutating func scanDigits() throws(CodecError) -> Int {
        let start = offset
        while offset < bytes.count, bytes[offset] &- 0x30 < 10 { offset &+= 1 }
        guard offset > start else {
            throw CodecError(offset < bytes.count ? .badNumber : .unexpectedEnd, at: offset)
        }
        return offset - start
    }
}
