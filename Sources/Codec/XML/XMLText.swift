// Text as the XML scanner meets it: checked when passed over, decoded only if somebody asks.

/// A piece of text in a document, by its place: between two tags, or the inside of a CDATA section.
package struct XMLText: Equatable, Sendable {
    package let range: Range<Int>
    /// Without references such as `&amp;` the source is the text; a CDATA section has none.
    package let hasReferences: Bool
}

extension XMLScanner {
    /// The text without a copy, if it has no references.
    @_lifetime(copy self)
    package func unescaped(_ text: XMLText) -> Span<UInt8>? {
        text.hasReferences ? nil : bytes.extracting(text.range)
    }

    /// Appends the text, decoded.
    package func append(_ text: XMLText, to output: inout [UInt8]) {
        guard text.hasReferences else { return output.append(copying: bytes.extracting(text.range)) }
        var index = text.range.lowerBound
        var runStart = index
        while index < text.range.upperBound {
            guard bytes[index] == UInt8(ascii: "&") else {
                index += 1
                continue
            }
            output.append(copying: bytes.extracting(runStart..<index))
            guard let (scalar, end) = try? bytes.xmlReference(at: index) else {
                preconditionFailure("a text can be decoded only by the scanner that found it")
            }
            output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            index = end
            runStart = end
        }
        output.append(copying: bytes.extracting(runStart..<text.range.upperBound))
    }

    /// The text, decoded.
    package func string(_ text: XMLText) -> String {
        var decoded: [UInt8] = []
        append(text, to: &decoded)
        return String(decoding: decoded, as: UTF8.self)
    }

    /// Passes over text up to the next tag, checking its references.
    @_lifetime(self: copy self)
    mutating func scanText() throws(CodecError) -> XMLText {
        let start = offset
        var hasReferences = false
        var index = start
        while true {
            index = bytes.firstIndex(from: index) { block in
                block.equals(UInt8(ascii: "<")) .| block.equals(UInt8(ascii: "&")) .| block.equals(UInt8(ascii: "]"))
            }
            guard index < bytes.count else { throw CodecError(.unexpectedEnd, at: bytes.count) }
            switch bytes[index] {
            case UInt8(ascii: "<"):
                offset = index
                return XMLText(range: start..<index, hasReferences: hasReferences)
            case UInt8(ascii: "&"):
                hasReferences = true
                index = try bytes.xmlReference(at: index).end
            default:
                // Not allowed in text: more likely the end of a CDATA section whose text held `]]>` (WECOM.md, trap 43).
                if bytes.matches("]]>", at: index) { throw CodecError(.unexpectedCharacter, at: index) }
                index &+= 1
            }
        }
    }

    /// Passes over a CDATA section.
    @_lifetime(self: copy self)
    mutating func scanCDATA() throws(CodecError) -> XMLText {
        let start = offset + 9
        // `<![CDATA` as one word.
        if start > bytes.count || bytes.word(at: offset) != 0x4154_4144_435B_213C
            || bytes[offset + 8] != UInt8(ascii: "[")
        {
            try bytes.expect("<![CDATA[", at: offset)
        }
        let end = try bytes.find("]]>", from: start)
        offset = end + 3
        return XMLText(range: start..<end, hasReferences: false)
    }
}
