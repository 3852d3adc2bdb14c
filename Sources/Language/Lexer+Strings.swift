// Strings: in double quotes, on one line, with the escapes `\"`, `\\`, `\n`, `\r`, `\t` and `\u{1F600}`.

extension Lexer {
    mutating func lexString() -> Token.Kind {
        let start = offset
        offset += 1
        skip { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\n") }
        if peek() == UInt8(ascii: "\"") {
            offset += 1
            return .string(file.text(start + 1..<offset - 1))
        }
        var value = Array(file.bytes[start + 1..<offset])
        var isSound = true
        while let byte = peek(), byte != UInt8(ascii: "\n") {
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                return isSound ? .string(String(decoding: value, as: UTF8.self)) : .invalid
            case UInt8(ascii: "\\"):
                if let scalar = lexEscape() {
                    value.append(contentsOf: Array(String(scalar).utf8))
                } else {
                    isSound = false
                }
            default:
                value.append(byte)
            }
        }
        if offset > start + 1, file.bytes[offset - 1] == UInt8(ascii: "\r") { offset -= 1 }
        findings.error(
            "this string is not closed on its line", at: range(from: start, to: offset),
            hint: "a line end inside of a string is written `\\n`")
        return .invalid
    }

    /// Reads what follows a backslash; nil when it is no escape, which has then been reported.
    private mutating func lexEscape() -> Unicode.Scalar? {
        let start = offset - 1
        guard let byte = peek(), byte != UInt8(ascii: "\n") else { return nil }
        // All the bytes of a character outside of ASCII, so that the finding does not end inside of it.
        offset += 1
        skip { $0 & 0xC0 == 0x80 }
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return lexUnicodeEscape(from: start)
        default:
            findings.error(
                "unknown escape `\(file.text(start..<offset))`", at: range(from: start, to: offset),
                hint: "a backslash itself is written `\\\\`; escapes are \\\" \\\\ \\n \\r \\t \\u{1F600}")
            return nil
        }
    }

    private mutating func lexUnicodeEscape(from start: Int) -> Unicode.Scalar? {
        var isClosed = false
        let digits = offset + 1
        var end = digits
        if peek() == UInt8(ascii: "{") {
            offset += 1
            skip { $0.isDigit || $0.isLetter }
            end = offset
            isClosed = peek() == UInt8(ascii: "}")
            if isClosed { offset += 1 }
        }
        if isClosed, (1...6).contains(end - digits), let number = UInt32(file.text(digits..<end), radix: 16),
            let scalar = Unicode.Scalar(number)
        {
            return scalar
        }
        findings.error(
            "this is no character", at: range(from: start, to: offset), hint: "write it as `\\u{4E2D}`, in hexadecimal")
        return nil
    }
}
