import Codec
import Testing

@Suite struct JSONScannerTests {
    /// The tokens as text: one word each, with the decoded text or the source of the number.
    private func tokens(_ json: String) throws(CodecError) -> [String] {
        var scanner = JSONScanner(json.utf8.span)
        var tokens: [String] = []
        while true {
            switch try scanner.next() {
            case .beginObject: tokens.append("{")
            case .endObject: tokens.append("}")
            case .beginArray: tokens.append("[")
            case .endArray: tokens.append("]")
            case .key(let text): tokens.append("\(scanner.string(text)):")
            case .string(let text): tokens.append("'\(scanner.string(text))'")
            case .number(let range):
                var source: [UInt8] = []
                source.append(copying: scanner.source(range))
                tokens.append(String(decoding: source, as: UTF8.self))
            case .bool(let value): tokens.append("\(value)")
            case .null: tokens.append("null")
            case .end: return tokens
            }
        }
    }

    @Test("a document is the sequence of its tokens")
    func sequence() throws {
        let json =
            #" { "a" : [ 1 , -0.5e+3 , true , false , null , { } , [ ] ] ,"#
            + "\r\n\t" + #""b":"x","a":"twice"} "#
        let expected = [
            "{", "a:", "[", "1", "-0.5e+3", "true", "false", "null", "{", "}", "[", "]", "]", "b:", "'x'", "a:",
            "'twice'", "}",
        ]
        #expect(try tokens(json) == expected)
    }

    @Test("any value may be a document")
    func scalars() throws {
        #expect(try tokens("12345678901234567890") == ["12345678901234567890"])
        #expect(try tokens(" \"\" ") == ["''"])
        #expect(try tokens("null") == ["null"])
    }

    @Test("escapes are decoded")
    func escapes() throws {
        #expect(try tokens(#""\"\\\/\b\f\n\r\t""#) == ["'\"\\/\u{8}\u{c}\n\r\t'"])
        #expect(try tokens(#""a\u0041\u00e9\u6C49\uffFF\u0000z""#) == ["'aAé汉\u{FFFF}\u{0}z'"])
        #expect(try tokens(#""\ud83d\udC4D""#) == ["'👍'"])
        #expect(try tokens(#""\uD800\uDC00\uDBFF\uDFFF""#) == ["'\u{10000}\u{10FFFF}'"])
    }

    @Test("a text without escapes is a piece of the document, one with escapes is not")
    func unescaped() throws {
        let json = #"["汉字","\u6c49"]"#
        var scanner = JSONScanner(json.utf8.span)
        _ = try scanner.next()
        guard case .string(let plain) = try scanner.next(), case .string(let escaped) = try scanner.next() else {
            Issue.record("two strings were expected")
            return
        }
        #expect(plain.range == 2..<8)
        // The macro cannot hold a scanner, so it is asked beforehand.
        let counts = [scanner.unescaped(plain)?.count, scanner.unescaped(escaped)?.count]
        #expect(counts == [6, nil])
        let matches = [
            scanner.matches(plain, "汉字"), scanner.matches(plain, "汉"),
            scanner.matches(escaped, "汉字"), scanner.matches(escaped, "汉"),
        ]
        #expect(matches == [true, false, false, true])
    }

    @Test("integers are told from other numbers, up to 64 bits")
    func integers() throws {
        func integer(_ json: String) -> Outcome<Int64> {
            Outcome { () throws(CodecError) in
                var scanner = JSONScanner(json.utf8.span)
                guard case .number(let range) = try scanner.next() else { return -1 }
                return try scanner.integer(range)
            }
        }
        #expect(integer("9223372036854775807") == .accepted(.max))
        #expect(integer("-9223372036854775808") == .accepted(.min))
        #expect(integer("9223372036854775808") == .refused(.numberOutOfRange, at: 0))
        #expect(integer(" 1e3") == .refused(.numberOutOfRange, at: 1))
        #expect(integer("1.0") == .refused(.numberOutOfRange, at: 0))
    }

    @Test("a value can be passed over, and so can the rest of a container")
    func skipping() throws {
        let json = #"{"a":{"x":[1,{"y":[]}],"z":2},"b":"s","c":[7,[8],9],"d":true}"#
        var scanner = JSONScanner(json.utf8.span)
        _ = try scanner.next()
        var keys: [String] = []
        while case .key(let key) = try scanner.next() {
            keys.append(scanner.string(key))
            if scanner.matches(key, "c") {
                for _ in 1...2 { _ = try scanner.next() }
                try scanner.skipContainer()
            } else {
                try scanner.skipValue()
            }
        }
        #expect(keys == ["a", "b", "c", "d"])
        let end = [try scanner.next(), try scanner.next()]
        #expect(end == [.end, .end])
    }

    @Test("nesting is followed to the limit and not beyond")
    func depth() {
        func deepest(_ depth: Int, limit: Int) -> Outcome<Int> {
            let json = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            return Outcome { () throws(CodecError) in
                var scanner = JSONScanner(json.utf8.span, depthLimit: limit)
                var deepest = 0
                while try scanner.next() != .end { deepest = max(deepest, scanner.depth) }
                return deepest
            }
        }
        #expect(deepest(64, limit: 64) == .accepted(64))
        #expect(deepest(65, limit: 64) == .refused(.tooDeep, at: 64))
        #expect(deepest(100_000, limit: 32) == .refused(.tooDeep, at: 32))
        #expect(deepest(2, limit: 1) == .refused(.tooDeep, at: 1))
    }

    @Test("64 levels of objects and arrays in turn close in the right order")
    func mixedNesting() {
        func outcome(_ json: String) -> Outcome<JSONValue?> {
            Outcome { () throws(CodecError) in
                _ = try JSONValue(parsing: json.utf8.span, depthLimit: 64)
                return nil
            }
        }
        let opening = String(repeating: #"{"k":["#, count: 32)
        #expect(outcome(opening + String(repeating: "]}", count: 32)) == .accepted(nil))
        #expect(outcome(opening + "]]") == .refused(.unexpectedCharacter, at: 32 * 6 + 1))
        #expect(outcome(opening + "}") == .refused(.unexpectedCharacter, at: 32 * 6))
    }
}
