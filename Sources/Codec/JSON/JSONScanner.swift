// Reads JSON token by token, without building anything: the records of events in Redis, the messages of bots, answers of
// remote APIs. Strict as RFC 8259 demands, in one pass and without allocation; the input may be anyone's.
//
// A reader is a loop over `next()` that ends with `.end`; whoever stops earlier has not checked the rest.

package struct JSONScanner: ~Escapable {
    package enum Token: Equatable, Sendable {
        case beginObject, endObject, beginArray, endArray
        /// The key of an object's member; its value comes next. Keys may occur twice: only the caller knows whether the
        /// second is a mistake. `JSONValue` refuses it.
        case key(JSONText)
        case string(JSONText)
        /// Where the number is written. It stays text, since ids beyond 2^53 must survive.
        case number(Range<Int>)
        case bool(Bool)
        case null
        /// The document is complete and only white space follows.
        case end
    }

    /// What may stand next.
    private enum Expectation {
        case value, valueOrEndOfArray, keyOrEndOfObject, commaOrEnd, nothing
    }

    /// One bit for each open container keeps the scanner free of allocation, hence this bound.
    package static let depthLimitMax = 64
    /// Deeper than any document of WeCom or of Weir itself, with room to spare.
    package static let depthLimitDefault = 32

    let bytes: Span<UInt8>
    /// The offset of what has not been looked at yet.
    package internal(set) var offset = 0
    private var expectation = Expectation.value
    /// How many objects and arrays are open.
    package private(set) var depth = 0
    private let depthLimit: Int
    /// The innermost open container is the lowest bit: 1 is an object, 0 an array.
    private var openObjects: UInt64 = 0

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, depthLimit: Int = depthLimitDefault) {
        precondition(1...Self.depthLimitMax ~= depthLimit, "the depth limit must be 1 to \(Self.depthLimitMax)")
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    /// The next token. After an error nothing more can be learnt from the document.
    @_lifetime(self: copy self)
    package mutating func next() throws(CodecError) -> Token {
        skipWhiteSpace()
        guard offset < bytes.count else {
            guard expectation == .nothing else { throw CodecError(.unexpectedEnd, at: offset) }
            return .end
        }
        let byte = bytes[offset]
        switch expectation {
        case .value:
            return try value(byte)
        case .valueOrEndOfArray:
            return byte == UInt8(ascii: "]") ? close(.endArray) : try value(byte)
        case .keyOrEndOfObject:
            return byte == UInt8(ascii: "}") ? close(.endObject) : try key(byte)
        case .commaOrEnd:
            return try separator(byte)
        case .nothing:
            throw CodecError(.trailingCharacters, at: offset)
        }
    }

    /// Passes over the value that comes next, whatever it holds.
    @_lifetime(self: copy self)
    package mutating func skipValue() throws(CodecError) {
        switch try next() {
        case .beginObject, .beginArray: try skipContainer()
        case .endObject, .endArray, .key, .string, .number, .bool, .null, .end: break
        }
    }

    /// Passes over the rest of the innermost open object or array.
    @_lifetime(self: copy self)
    package mutating func skipContainer() throws(CodecError) {
        let outerDepth = depth - 1
        while depth > outerDepth { _ = try next() }
    }

    // MARK: Grammar

    @_lifetime(self: copy self)
    private mutating func value(_ first: UInt8) throws(CodecError) -> Token {
        switch first {
        case UInt8(ascii: "\""):
            let text = try scanString()
            valueEnded()
            return .string(text)
        case UInt8(ascii: "{"):
            return try open(.beginObject)
        case UInt8(ascii: "["):
            return try open(.beginArray)
        case UInt8(ascii: "t"):
            return try word("true", .bool(true))
        case UInt8(ascii: "f"):
            return try word("false", .bool(false))
        case UInt8(ascii: "n"):
            return try word("null", .null)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            let range = try scanNumber()
            valueEnded()
            return .number(range)
        default:
            throw CodecError(.unexpectedCharacter, at: offset)
        }
    }

    @_lifetime(self: copy self)
    private mutating func key(_ first: UInt8) throws(CodecError) -> Token {
        guard first == UInt8(ascii: "\"") else { throw CodecError(.unexpectedCharacter, at: offset) }
        let text = try scanString()
        skipWhiteSpace()
        guard offset < bytes.count else { throw CodecError(.unexpectedEnd, at: offset) }
        guard bytes[offset] == UInt8(ascii: ":") else { throw CodecError(.unexpectedCharacter, at: offset) }
        offset += 1
        expectation = .value
        return .key(text)
    }

    @_lifetime(self: copy self)
    private mutating func separator(_ byte: UInt8) throws(CodecError) -> Token {
        let isInObject = openObjects & 1 == 1
        if byte == (isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            return close(isInObject ? .endObject : .endArray)
        }
        guard byte == UInt8(ascii: ",") else { throw CodecError(.unexpectedCharacter, at: offset) }
        offset += 1
        skipWhiteSpace()
        guard offset < bytes.count else { throw CodecError(.unexpectedEnd, at: offset) }
        return isInObject ? try key(bytes[offset]) : try value(bytes[offset])
    }

    @_lifetime(self: copy self)
    private mutating func open(_ token: Token) throws(CodecError) -> Token {
        guard depth < depthLimit else { throw CodecError(.tooDeep, at: offset) }
        offset += 1
        depth += 1
        openObjects <<= 1
        if token == .beginObject { openObjects |= 1 }
        expectation = token == .beginObject ? .keyOrEndOfObject : .valueOrEndOfArray
        return token
    }

    @_lifetime(self: copy self)
    private mutating func close(_ token: Token) -> Token {
        offset += 1
        depth -= 1
        openObjects >>= 1
        valueEnded()
        return token
    }

    @_lifetime(self: copy self)
    private mutating func valueEnded() {
        expectation = depth == 0 ? .nothing : .commaOrEnd
    }

    @_lifetime(self: copy self)
    private mutating func word(_ word: String, _ token: Token) throws(CodecError) -> Token {
        for letter in word.utf8 {
            guard offset < bytes.count else { throw CodecError(.unexpectedEnd, at: offset) }
            guard bytes[offset] == letter else { throw CodecError(.unexpectedCharacter, at: offset) }
            offset += 1
        }
        valueEnded()
        return token
    }

    @_lifetime(self: copy self)
    private mutating func skipWhiteSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset &+= 1
            default: return
            }
        }
    }
}
