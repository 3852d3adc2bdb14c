// How text and integers are written inside JSON: RFC 8259, section 7, with the fewest escapes it allows.

extension [UInt8] {
    /// Appends what stands between the quotes for `text`; bytes that are not UTF-8 become U+FFFD.
    package mutating func append(escapingForJSON text: Span<UInt8>) {
        var start = 0
        while let flaw = UTF8Check.firstFlaw(in: text, from: start) {
            append(escapingValid: text.extracting(start..<flaw.lowerBound))
            append(text: "\u{FFFD}")
            start = flaw.upperBound
        }
        append(escapingValid: text.extracting(start..<text.count))
    }

    /// Appends text that is known to be UTF-8: copies runs between the few bytes that need an escape.
    package mutating func append(escapingValid text: Span<UInt8>) {
        var runStart = 0
        while true {
            let index = text.firstIndex(from: runStart, where: { $0.isEscapedInJSON })
            append(copying: text.extracting(runStart..<index))
            guard index < text.count else { return }
            append(escaping: text[index])
            runStart = index + 1
        }
    }

    private mutating func append(escaping byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append(text: "u00")
            append(Hex.digit(byte >> 4))
            append(Hex.digit(byte & 0xF))
        }
    }

    /// Appends an integer in decimal.
    package mutating func append(decimal value: some FixedWidthInteger) {
        if let value = Int(exactly: value) { append(decimal: value) } else { append(text: String(value)) }
    }

    /// Appends an integer in decimal, without a `String` on the way.
    package mutating func append(decimal value: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        let start = count
        var rest = value.magnitude
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
            rest = quotient
        } while rest != 0
        self[start...].reverse()
    }
}

extension ByteBlock {
    /// What a string cannot hold as it is (RFC 8259, 7): `"`, `\` and the control characters.
    @inline(__always)
    var isEscapedInJSON: ByteFlags {
        isBelow(0x20) .| equals(UInt8(ascii: "\"")) .| equals(UInt8(ascii: "\\"))
    }
}
