// From bytes to a tree. The recursion goes as deep as the scanner's depth limit and no deeper.

extension JSONValue {
    /// Reads one document and nothing behind it; the same key twice in one object is refused, since two readers of it
    /// would see two different documents.
    package init(
        parsing bytes: Span<UInt8>, depthLimit: Int = JSONScanner.depthLimitDefault
    ) throws(CodecError) {
        var scanner = JSONScanner(bytes, depthLimit: depthLimit)
        self = try JSONValue(beginningWith: scanner.next(), &scanner)
        // Throws if something follows.
        _ = try scanner.next()
    }

    @_lifetime(scanner: copy scanner)
    private init(beginningWith token: JSONScanner.Token, _ scanner: inout JSONScanner) throws(CodecError) {
        switch token {
        case .beginObject: self = .object(try Self.members(&scanner))
        case .beginArray: self = .array(try Self.elements(&scanner))
        case .string(let text): self = .string(scanner.string(text))
        case .number(let range): self = .number(JSONNumber(checked: scanner.source(range)))
        case .bool(let value): self = .bool(value)
        case .null: self = .null
        case .key, .endObject, .endArray, .end:
            preconditionFailure("the scanner gives these only where its grammar allows no value")
        }
    }

    @_lifetime(scanner: copy scanner)
    private static func elements(_ scanner: inout JSONScanner) throws(CodecError) -> [JSONValue] {
        var elements: [JSONValue] = []
        while true {
            let token = try scanner.next()
            if token == .endArray { return elements }
            elements.append(try JSONValue(beginningWith: token, &scanner))
        }
    }

    @_lifetime(scanner: copy scanner)
    private static func members(_ scanner: inout JSONScanner) throws(CodecError) -> [Member] {
        var members: [Member] = []
        // Bytes, since a String equals another that is written with other scalars.
        var keys: Set<[UInt8]> = []
        while case .key(let text) = try scanner.next() {
            var key: [UInt8] = []
            scanner.append(text, to: &key)
            guard keys.insert(key).inserted else { throw CodecError(.duplicateKey, at: text.range.lowerBound) }
            let value = try JSONValue(beginningWith: scanner.next(), &scanner)
            members.append(Member(String(decoding: key, as: UTF8.self), value))
        }
        return members
    }
}
