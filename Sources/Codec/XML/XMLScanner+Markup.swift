// The parts of tags and of what stands between them that say nothing to a reader of WeCom's documents.

extension XMLScanner {
    @_lifetime(self: copy self)
    mutating func expect(_ expected: UInt8) throws(CodecError) {
        guard try bytes.byte(at: offset) == expected else { throw CodecError(.unexpectedCharacter, at: offset) }
        offset += 1
    }

    @_lifetime(self: copy self)
    mutating func skipWhiteSpace() {
        while offset < bytes.count, bytes[offset].isXMLWhiteSpace { offset &+= 1 }
    }

    /// Passes over the attributes of a start tag and its `>`; says whether it was `/>`.
    @_lifetime(self: copy self)
    mutating func skipAttributes() throws(CodecError) -> Bool {
        // What nearly every tag of WeCom's documents is.
        if try bytes.byte(at: offset) == UInt8(ascii: ">") {
            offset += 1
            return false
        }
        while true {
            let isSeparated = try bytes.byte(at: offset).isXMLWhiteSpace
            skipWhiteSpace()
            switch try bytes.byte(at: offset) {
            case UInt8(ascii: ">"):
                offset += 1
                return false
            case UInt8(ascii: "/"):
                offset += 1
                try expect(UInt8(ascii: ">"))
                return true
            default:
                guard isSeparated else { throw CodecError(.unexpectedCharacter, at: offset) }
                try skipAttribute()
            }
        }
    }

    @_lifetime(self: copy self)
    private mutating func skipAttribute() throws(CodecError) {
        offset = try bytes.xmlName(at: offset).upperBound
        skipWhiteSpace()
        try expect(UInt8(ascii: "="))
        skipWhiteSpace()
        let quote = try bytes.byte(at: offset)
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw CodecError(.unexpectedCharacter, at: offset)
        }
        offset += 1
        while true {
            switch try bytes.byte(at: offset) {
            case quote:
                offset += 1
                return
            case UInt8(ascii: "<"): throw CodecError(.unexpectedCharacter, at: offset)
            case UInt8(ascii: "&"): offset = try bytes.xmlReference(at: offset).end
            default: offset &+= 1
            }
        }
    }

    /// `<!-- … -->`, in which two hyphens may stand only at the end.
    @_lifetime(self: copy self)
    mutating func skipComment() throws(CodecError) {
        try bytes.expect("<!--", at: offset)
        offset = try bytes.find("--", from: offset + 4) + 2
        try expect(UInt8(ascii: ">"))
    }

    /// `<?target … ?>`; the declaration `<?xml … ?>` is one, too.
    @_lifetime(self: copy self)
    mutating func skipInstruction() throws(CodecError) {
        let target = try bytes.xmlName(at: offset + 2)
        offset = try bytes.find("?>", from: target.upperBound) + 2
    }
}
