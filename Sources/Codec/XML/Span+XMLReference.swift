// References in text and in the values of attributes: the five entities of XML, and characters by number. Nothing else is
// ever expanded, so text decodes to no more bytes than it has.

extension Span where Element == UInt8 {
    /// The character that the reference at `start` stands for, and where the reference ends.
    func xmlReference(at start: Int) throws(CodecError) -> (scalar: Unicode.Scalar, end: Int) {
        if try byte(at: start + 1) == UInt8(ascii: "#") { return try characterReference(at: start) }
        var end = start + 1
        while try byte(at: end).isInXMLNames { end &+= 1 }
        for (entity, scalar) in xmlEntities
        where ASCII.equal(extracting((start + 1)..<(end + 1)), entity.utf8.span) {
            return (scalar, end + 1)
        }
        throw CodecError(.unknownEntity, at: start)
    }

    /// `&#38;` or `&#x26;`. NUL, surrogates and the two non-characters that XML forbids are refused; other control
    /// characters are let through, as they are when they stand for themselves.
    private func characterReference(at start: Int) throws(CodecError) -> (scalar: Unicode.Scalar, end: Int) {
        let isHexadecimal = try byte(at: start + 2) == UInt8(ascii: "x")
        let firstDigit = start + (isHexadecimal ? 3 : 2)
        let base: UInt32 = isHexadecimal ? 16 : 10
        var index = firstDigit
        var value: UInt32 = 0
        while let digit = Hex.value(of: try byte(at: index)), digit < base {
            // Kept from overflowing, and from growing back into what is allowed.
            value = min(value * base + UInt32(digit), 0x11_0000)
            index += 1
        }
        guard
            index > firstDigit, self[index] == UInt8(ascii: ";"),
            value != 0, value != 0xFFFE, value != 0xFFFF,
            let scalar = Unicode.Scalar(value)
        else { throw CodecError(.badCharacterReference, at: start) }
        return (scalar, index + 1)
    }
}

private let xmlEntities: [(String, Unicode.Scalar)] = [
    ("lt;", "<"), ("gt;", ">"), ("amp;", "&"), ("quot;", "\""), ("apos;", "'"),
]
