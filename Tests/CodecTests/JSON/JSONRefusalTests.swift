import Codec
import Testing

/// What is no JSON, each named after the mistake.
@Suite struct JSONRefusalTests {
    private func outcome(_ json: [UInt8]) -> Outcome<JSONValue> {
        Outcome { () throws(CodecError) in try JSONValue(parsing: json.span) }
    }

    @Test(
        "a document is refused for its mistake",
        arguments: [
            ("nothing", "", .unexpectedEnd, 0),
            ("white space only", " \n", .unexpectedEnd, 2),
            ("byte order mark", "\u{FEFF}{}", .unexpectedCharacter, 0),
            ("no-break space", "[1,\u{A0}2]", .unexpectedCharacter, 3),
            ("two documents", "{} {}", .trailingCharacters, 3),
            ("end without begin", "]", .unexpectedCharacter, 0),
            ("wrong bracket", "[}", .unexpectedCharacter, 1),
            ("wrong bracket after a value", "[1}", .unexpectedCharacter, 2),
            ("comma at the end of an array", "[1,]", .unexpectedCharacter, 3),
            ("comma at the end of an object", #"{"a":1,}"#, .unexpectedCharacter, 7),
            ("comma at the beginning", "[,1]", .unexpectedCharacter, 1),
            ("two commas", "[1,,2]", .unexpectedCharacter, 3),
            ("no comma", "[1 2]", .unexpectedCharacter, 3),
            ("no colon", #"{"a" 1}"#, .unexpectedCharacter, 5),
            ("no value", #"{"a":}"#, .unexpectedCharacter, 5),
            ("colon in an array", #"["a":1]"#, .unexpectedCharacter, 4),
            ("key without quotes", "{a:1}", .unexpectedCharacter, 1),
            ("number as a key", "{1:1}", .unexpectedCharacter, 1),
            ("single quotes", "['a']", .unexpectedCharacter, 1),
            ("comment", "[1/*x*/]", .unexpectedCharacter, 2),
            ("word in upper case", "[True]", .unexpectedCharacter, 1),
            ("misspelt word", "[nul]", .unexpectedCharacter, 4),
            ("word run together with another", "truefalse", .trailingCharacters, 4),
            ("NaN", "[NaN]", .unexpectedCharacter, 1),
            ("infinity", "[-Infinity]", .badNumber, 2),
            ("plus sign", "[+1]", .unexpectedCharacter, 1),
            ("sign only", "[-]", .badNumber, 2),
            ("leading zero", "[012]", .badNumber, 1),
            ("leading zero behind a sign", "[-012]", .badNumber, 1),
            ("hexadecimal number", "[0x1]", .unexpectedCharacter, 2),
            ("no digit before the point", "[.5]", .unexpectedCharacter, 1),
            ("no digit behind the point", "[1.]", .badNumber, 3),
            ("no digit in the exponent", "[1e]", .badNumber, 3),
            ("no digit behind the exponent's sign", "[1e+]", .badNumber, 4),
            ("fraction in the exponent", "[1e1.5]", .unexpectedCharacter, 4),
            ("line feed in a string", "[\"a\nb\"]", .controlCharacter, 3),
            ("NUL in a string", "[\"\u{0}\"]", .controlCharacter, 2),
            ("unknown escape", #"["\x41"]"#, .badEscape, 2),
            ("escaped single quote", #"["\'"]"#, .badEscape, 2),
            ("bad digit in an escape", #"["\u00g0"]"#, .badEscape, 6),
            ("sign in an escape", #"["\u+041"]"#, .badEscape, 4),
            ("lone high surrogate", #"["\ud83d"]"#, .loneSurrogate, 2),
            ("high surrogate before text", #"["\ud83dxudc4d"]"#, .loneSurrogate, 2),
            ("high surrogate before another escape", #"["\ud83d\n"]"#, .loneSurrogate, 2),
            ("high surrogate before a character", #"["\ud83d\u0041"]"#, .loneSurrogate, 2),
            ("two high surrogates", #"["\ud83d\ud83d"]"#, .loneSurrogate, 2),
            ("lone low surrogate", #"["\udc4d"]"#, .loneSurrogate, 2),
            ("surrogates the wrong way round", #"["\udc4d\ud83d"]"#, .loneSurrogate, 2),
            ("duplicate key", #"{"a":1,"b":2,"a":3}"#, .duplicateKey, 14),
            ("duplicate key, one written with an escape", #"{"a":1,"\u0061":3}"#, .duplicateKey, 8),
            ("duplicate key further in", #"[{"a":{"b":1,"b":1}}]"#, .duplicateKey, 14),
        ] as [(String, String, CodecError.Reason, Int)])
    func refusals(mistake: String, json: String, reason: CodecError.Reason, offset: Int) {
        #expect(outcome(Array(json.utf8)) == .refused(reason, at: offset), "\(mistake)")
    }

    @Test(
        "bytes in a string that are not UTF-8 are refused where they begin",
        arguments: [
            ("overlong", [0xC0, 0xAF]), ("overlong of three bytes", [0xE0, 0x80, 0xAF]),
            ("surrogate", [0xED, 0xA0, 0x80]),
            ("lone continuation", [0x80]), ("cut character", [0xE6, 0xB1]),
            ("beyond Unicode", [0xF4, 0x90, 0x80, 0x80]),
        ] as [(String, [UInt8])])
    func invalidUTF8(mistake: String, bytes: [UInt8]) {
        let asValue = Array(#"{"a":"汉"#.utf8) + bytes + Array(#""}"#.utf8)
        #expect(outcome(asValue) == .refused(.invalidUTF8, at: 9), "\(mistake)")
        let asKey = Array(#"{""#.utf8) + bytes + Array(#"":1}"#.utf8)
        #expect(outcome(asKey) == .refused(.invalidUTF8, at: 2), "\(mistake)")
    }

    @Test("keys that look alike but are other scalars are two keys")
    func canonicallyEquivalentKeys() throws {
        let json = "{\"\u{e9}\":1,\"e\u{301}\":2}"
        #expect(try JSONValue(parsing: json.utf8.span).object?.count == 2)
    }

    @Test("every prefix of a document is refused because it ends too early")
    func prefixes() {
        let json = Array(
            ##"{"event":"汉字 \"q\" \u6c49 \ud83d\udc4d \\","ids":[9007199254740993,-1.5e-7,0,true,false,null,{"a":[[]]}]}"##
                .utf8)
        for count in 0..<json.count {
            guard case .refused(let reason, let offset) = outcome(Array(json[..<count])) else {
                Issue.record("the prefix of \(count) bytes is accepted")
                continue
            }
            #expect(reason == .unexpectedEnd, "prefix of \(count) bytes")
            #expect(offset == count, "prefix of \(count) bytes")
        }
        #expect(outcome(json) != .refused(.unexpectedEnd, at: json.count))
    }
}
