// Reads the XML of WeCom's callbacks, outer envelope and inner document, token by token and without building anything.
// What those documents never need is refused or passed over: no document types, no entities but the five of XML, no
// namespaces. Attributes, comments and processing instructions are checked and skipped. Line ends stay as they are.
//
// Two leniencies: control characters may stand in text, since users send them (WECOM.md, trap 44), and a name may hold any
// character beyond ASCII.

package struct XMLScanner: ~Copyable, ~Escapable {
    package enum Token: Equatable, Sendable {
        /// The place of the element's name. An empty-element tag is a start tag with its end tag right behind it.
        case startTag(Range<Int>)
        case endTag
        /// A piece of an element's text. An element has as many as CDATA sections, comments and children leave it, white
        /// space included; its text is all of them in a row.
        case text(XMLText)
        /// The document is complete and nothing but comments follows.
        case end
    }

    /// The names of open elements are kept in the scanner itself, hence this bound. WeCom's documents reach 6.
    package static let depthLimitMax = InlineArray<32, Int>.count

    let bytes: Span<UInt8>
    /// The offset of what has not been looked at yet.
    package internal(set) var offset = 0
    /// How many elements are open.
    package private(set) var depth = 0
    private let depthLimit: Int
    /// Where the names of the open elements begin, outermost first.
    private var openNames = InlineArray<32, Int>(repeating: 0)
    private var phase = Phase.unread

    private enum Phase {
        case unread, beforeRoot, inRoot
        /// Behind an empty-element tag: its end is reported next.
        case owesEndTag
        case afterRoot
    }

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, depthLimit: Int = depthLimitMax) {
        precondition(1...Self.depthLimitMax ~= depthLimit, "the depth limit must be 1 to \(Self.depthLimitMax)")
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    /// The next token. After an error nothing more can be learnt from the document.
    @_lifetime(self: copy self)
    package mutating func next() throws(CodecError) -> Token {
        if phase == .unread { try begin() }
        if phase == .owesEndTag { return closeElement() }
        while offset < bytes.count {
            guard bytes[offset] == UInt8(ascii: "<") else {
                if phase == .inRoot { return .text(try scanText()) }
                try skipWhiteSpaceOutsideRoot()
                continue
            }
            switch try bytes.byte(at: offset + 1) {
            case UInt8(ascii: "/"): return try endTag()
            case UInt8(ascii: "?"): try skipInstruction()
            case UInt8(ascii: "!"):
                if let text = try declaration() { return .text(text) }
            default: return try startTag()
            }
        }
        guard phase == .afterRoot else { throw CodecError(.unexpectedEnd, at: offset) }
        return .end
    }

    /// Passes over the rest of the innermost open element, with its end tag.
    @_lifetime(self: copy self)
    package mutating func skipElement() throws(CodecError) {
        let outerDepth = depth - 1
        while depth > outerDepth { _ = try next() }
    }

    /// The bytes of the document at `range`, such as a name.
    @_lifetime(copy self)
    package func source(_ range: Range<Int>) -> Span<UInt8> {
        bytes.extracting(range)
    }

    /// The whole document is checked to be UTF-8 at once; a byte order mark is passed over.
    @_lifetime(self: copy self)
    private mutating func begin() throws(CodecError) {
        if let flaw = UTF8Check.firstFlaw(in: bytes) { throw CodecError(.invalidUTF8, at: flaw.lowerBound) }
        if bytes.matches("\u{FEFF}", at: 0) { offset = 3 }
        phase = .beforeRoot
    }

    // MARK: Tags

    @_lifetime(self: copy self)
    private mutating func startTag() throws(CodecError) -> Token {
        guard phase != .afterRoot else { throw CodecError(.trailingCharacters, at: offset) }
        guard depth < depthLimit else { throw CodecError(.tooDeep, at: offset) }
        let name = try bytes.xmlName(at: offset + 1)
        offset = name.upperBound
        let isEmpty = try skipAttributes()
        openNames[depth] = name.lowerBound
        depth += 1
        phase = isEmpty ? .owesEndTag : .inRoot
        return .startTag(name)
    }

    @_lifetime(self: copy self)
    private mutating func endTag() throws(CodecError) -> Token {
        let nameStart = offset + 2
        guard depth > 0 else {
            _ = try bytes.xmlName(at: nameStart)
            throw CodecError(.mismatchedTag, at: nameStart)
        }
        // Through a span, since a subscript would copy the whole array first. Both names are walked together: they are the same
        // if they end at the same character. The one that is open always has a character behind it.
        let openName = openNames.span[depth - 1]
        var length = 0
        while nameStart &+ length < bytes.count, bytes[nameStart &+ length] == bytes[openName &+ length],
            bytes[openName &+ length].isInXMLNames
        {
            length &+= 1
        }
        guard nameStart &+ length < bytes.count, !bytes[nameStart &+ length].isInXMLNames,
            !bytes[openName &+ length].isInXMLNames
        else {
            _ = try bytes.xmlName(at: nameStart)
            throw CodecError(.mismatchedTag, at: nameStart)
        }
        offset = nameStart &+ length
        skipWhiteSpace()
        try expect(UInt8(ascii: ">"))
        return closeElement()
    }

    @_lifetime(self: copy self)
    private mutating func closeElement() -> Token {
        depth -= 1
        phase = depth == 0 ? .afterRoot : .inRoot
        return .endTag
    }

    // MARK: Between tags

    /// What begins with `<!`: a CDATA section is text, a comment is nothing, all else is refused.
    @_lifetime(self: copy self)
    private mutating func declaration() throws(CodecError) -> XMLText? {
        switch try bytes.byte(at: offset + 2) {
        case UInt8(ascii: "-"):
            try skipComment()
            return nil
        case UInt8(ascii: "["):
            guard phase == .inRoot else { throw CodecError(.unexpectedCharacter, at: offset) }
            return try scanCDATA()
        default:
            try bytes.expect("<!DOCTYPE", at: offset)
            throw CodecError(.doctype, at: offset)
        }
    }

    @_lifetime(self: copy self)
    private mutating func skipWhiteSpaceOutsideRoot() throws(CodecError) {
        let start = offset
        skipWhiteSpace()
        guard offset == start else { return }
        throw CodecError(phase == .afterRoot ? .trailingCharacters : .unexpectedCharacter, at: offset)
    }
}
