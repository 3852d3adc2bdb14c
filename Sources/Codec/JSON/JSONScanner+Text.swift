// Strings as the JSON scanner meets them: checked once when passed over, decoded only if somebody asks.

/// A string in a document, by its place: what stands between the quotes. Its escapes and its UTF-8 have been checked.
package struct JSONText: Equatable, Sendable {
    package let range: Range<Int>
    /// Without escapes the source is the text.
    package let hasEscapes: Bool
}

extension JSONScanner {
    /// The bytes of the document at `range`: a number, or a string as it is written.
    @_lifetime(copy self)
    package func source(_ range: Range<Int>) -> Span<UInt8> {
        bytes.extracting(range)
    }

    /// The text without a copy, if it has no escapes.
    @_lifetime(copy self)
    package func unescaped(_ text: JSONText) -> Span<UInt8>? {
        text.hasEscapes ? nil : bytes.extracting(text.range)
    }

    /// Appends the text, decoded.
    package func append(_ text: JSONText, to output: inout [UInt8]) {
        guard text.hasEscapes else { return output.append(copying: bytes.extracting(text.range)) }
        var index = text.range.lowerBound
        var runStart = index
        while index < text.range.upperBound {
            guard bytes[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            output.append(copying: bytes.extracting(runStart..<index))
            guard let (scalar, end) = try? escape(at: index) else {
                preconditionFailure("a text can be decoded only by the scanner that found it")
            }
            output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            index = end
            runStart = end
        }
        output.append(copying: bytes.extracting(runStart..<text.range.upperBound))
    }

    /// The text, decoded.
    package func string(_ text: JSONText) -> String {
        var decoded: [UInt8] = []
        append(text, to: &decoded)
        return String(decoding: decoded, as: UTF8.self)
    }

    /// Whether the text, decoded, is `word`: how keys are told apart.
    package func matches(_ text: JSONText, _ word: String) -> Bool {
        guard text.hasEscapes else { return ASCII.equal(bytes.extracting(text.range), word.utf8.span) }
        var decoded: [UInt8] = []
        append(text, to: &decoded)
        return ASCII.equal(decoded.span, word.utf8.span)
    }

    /// Passes over a string, from its opening quote to behind the closing one.
    @_lifetime(self: copy self)
    mutating func scanString() throws(CodecError) -> JSONText {
        let start = offset + 1
        var index = start
        var hasEscapes = false
        while true {
            index = bytes.firstIndex(from: index, where: { $0.isEscapedInJSON })
            guard index < bytes.count else { throw CodecError(.unexpectedEnd, at: bytes.count) }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                if let flaw = UTF8Check.firstFlaw(in: bytes.extracting(start..<index)) {
                    throw CodecError(.invalidUTF8, at: start + flaw.lowerBound)
                }
                offset = index + 1
                return JSONText(range: start..<index, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                index = try escape(at: index).end
            default: throw CodecError(.controlCharacter, at: index)
            }
        }
    }

    /// The character that the escape at `start` stands for, and where the escape ends.
    private func escape(at start: Int) throws(CodecError) -> (scalar: Unicode.Scalar, end: Int) {
        guard start + 1 < bytes.count else { throw CodecError(.unexpectedEnd, at: bytes.count) }
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): return ("\"", start + 2)
        case UInt8(ascii: "\\"): return ("\\", start + 2)
        case UInt8(ascii: "/"): return ("/", start + 2)
        case UInt8(ascii: "b"): return ("\u{8}", start + 2)
        case UInt8(ascii: "f"): return ("\u{C}", start + 2)
        case UInt8(ascii: "n"): return ("\n", start + 2)
        case UInt8(ascii: "r"): return ("\r", start + 2)
        case UInt8(ascii: "t"): return ("\t", start + 2)
        case UInt8(ascii: "u"): break
        default: throw CodecError(.badEscape, at: start)
        }
        let first = try codeUnit(at: start + 2)
        // Any code unit but a surrogate is a character of its own.
        if let scalar = Unicode.Scalar(first) { return (scalar, start + 6) }
        guard UTF16.isLeadSurrogate(first) else { throw CodecError(.loneSurrogate, at: start) }
        let second = start + 6
        guard second < bytes.count else { throw CodecError(.unexpectedEnd, at: bytes.count) }
        guard bytes[second] == UInt8(ascii: "\\") else { throw CodecError(.loneSurrogate, at: start) }
        guard second + 1 < bytes.count else { throw CodecError(.unexpectedEnd, at: bytes.count) }
        guard bytes[second + 1] == UInt8(ascii: "u") else { throw CodecError(.loneSurrogate, at: start) }
        let last = try codeUnit(at: second + 2)
        guard
            UTF16.isTrailSurrogate(last),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(last & 0x3FF)))
        else { throw CodecError(.loneSurrogate, at: start) }
        return (scalar, start + 12)
    }

    /// The four hexadecimal digits of a `\u` escape.
    private func codeUnit(at start: Int) throws(CodecError) -> UInt16 {
        var unit: UInt16 = 0
        for index in start..<(start + 4) {
            guard index < bytes.count else { throw CodecError(.unexpectedEnd, at: bytes.count) }
            guard let digit = Hex.value(of: bytes[index]) else { throw CodecError(.badEscape, at: index) }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
