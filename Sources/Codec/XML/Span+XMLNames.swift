// Looking into a document without reading beyond its end, and the small words of XML. These belong to the span and not to
// the scanner, since a call on the scanner would copy the whole of it, open names included.

extension Span where Element == UInt8 {
    /// The byte at `index`, which may be one that the document should have.
    @inline(__always)
    func byte(at index: Int) throws(CodecError) -> UInt8 {
        guard index < count else { throw CodecError(.unexpectedEnd, at: count) }
        return self[index]
    }

    func matches(_ text: String, at start: Int) -> Bool {
        let text = text.utf8.span
        guard count - start >= text.count else { return false }
        return ASCII.equal(extracting(start..<(start + text.count)), text)
    }

    func expect(_ text: String, at start: Int) throws(CodecError) {
        if matches(text, at: start) { return }
        // The mistake is where the first other byte is, or the end.
        var index = start
        for letter in text.utf8 {
            guard try byte(at: index) == letter else { throw CodecError(.unexpectedCharacter, at: index) }
            index += 1
        }
    }

    /// Where `text` begins next.
    func find(_ text: String, from start: Int) throws(CodecError) -> Int {
        let text = text.utf8.span
        let first = text[0]
        var index = start
        while true {
            index = firstIndex(from: index) { $0.equals(first) }
            guard index &+ text.count <= count else { throw CodecError(.unexpectedEnd, at: count) }
            if ASCII.equal(extracting(index..<(index + text.count)), text) { return index }
            index &+= 1
        }
    }

    /// The range of the XML name that begins at `start`.
    func xmlName(at start: Int) throws(CodecError) -> Range<Int> {
        let first = try byte(at: start)
        // A digit, a hyphen or a point may not come first.
        guard first.isInXMLNames, first >= 0x3A else { throw CodecError(.unexpectedCharacter, at: start) }
        var end = start + 1
        while end < count, self[end].isInXMLNames { end &+= 1 }
        guard end < count else { throw CodecError(.unexpectedEnd, at: count) }
        return start..<end
    }
}

extension UInt8 {
    /// Letters, digits, `_ : - .` and everything beyond ASCII. One bit for each ASCII character: names are where the time of
    /// a scan goes, and a look-up needs no branches.
    @inline(__always)
    var isInXMLNames: Bool {
        if self >= 0x80 { return true }
        let characters: UInt64 = self < 0x40 ? 0x07FF_6000_0000_0000 : 0x07FF_FFFE_87FF_FFFE
        return characters &>> UInt64(self & 0x3F) & 1 == 1
    }

    @inline(__always)
    var isXMLWhiteSpace: Bool {
        self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09
    }
}
