import Testing

@testable import Language

@Suite("Lexer")
struct LexerTests {
    private func kinds(_ text: String) -> [Token.Kind] {
        Lexer.lex(SourceFile(name: "t", text: text)).tokens.map(\.kind)
    }

    private func messages(_ text: String) -> [String] {
        Lexer.lex(SourceFile(name: "t", text: text)).findings.diagnostics.map(\.message)
    }

    @Test("words may hold dots, dashes and stars")
    func words() {
        #expect(
            kinds("route message.* body-limit *") == [
                .word("route"), .word("message.*"), .word("body-limit"), .word("*"), .end,
            ])
    }

    @Test("numbers carry their unit")
    func quantities() {
        let expected: [(String, Quantity)] = [
            ("0", .integer(0)), ("10_000", .integer(10_000)), ("-3", .integer(-3)), ("1.5", .decimal(1.5)),
            ("5m", .duration(.seconds(300))), ("60s", .duration(.seconds(60))),
            ("500ms", .duration(.milliseconds(500))),
            ("24h", .duration(.seconds(86_400))), ("2d", .duration(.seconds(172_800))), ("1%", .percent(0.01)),
            ("64KB", .size(65_536)), ("2MB", .size(2_097_152)), ("7B", .size(7)),
        ]
        for (text, quantity) in expected {
            #expect(kinds(text) == [.quantity(quantity), .end], "\(text)")
            #expect(messages(text).isEmpty, "\(text)")
        }
    }

    @Test("malformed numbers are invalid and say why")
    func malformedQuantities() {
        for text in [
            "1__0", "1_", "1.", "1.5s", "5min", "9223372036854775808", "99999999999999999d", "-", "-5s", "1e5",
        ] {
            #expect(kinds(text) == [.invalid, .end], "\(text)")
            #expect(messages(text).count == 1, "\(text)")
        }
        #expect(messages("5 kb") == [])
        #expect(messages("5M") == ["unknown unit `M`; did you mean `MB`?"])
        #expect(messages("5kb") == ["unknown unit `kb`; did you mean `KB`?"])
    }

    @Test("a duration of its own is written as in a file", arguments: [("24h", 86_400), ("1_0s", 10), ("7d", 604_800)])
    func durations(text: String, seconds: Int) {
        #expect(Duration(quantity: text) == .seconds(seconds))
        for wrong in ["", "24", "1.5h", "-1s", "24hours", " 24h", "5%", "9999999999999999999d"] {
            #expect(Duration(quantity: wrong) == nil, "\(wrong)")
        }
    }

    @Test("a moment is one token, offset and all; a date alone is none")
    func moment() {
        for text in ["2026-01-05T09:00:00+08:00", "2026-01-05T09:00:00Z", "2026-01-05T09:00:00.5-03:30", "0000-00-00T"]
        {
            #expect(kinds(text) == [.moment(text), .end], "\(text)")
        }
        for text in ["2026-01-05", "2026-1-05T09:00:00Z"] { #expect(kinds(text) == [.invalid, .end], "\(text)") }
    }

    @Test("a stretch of the day is one token")
    func clockRange() throws {
        guard case .clockRange(let night) = kinds("23:00-07:00").first else {
            Issue.record("not a stretch of the day")
            return
        }
        #expect(night.contains(minute: 0) && night.contains(minute: 23 * 60) && !night.contains(minute: 7 * 60))
        for text in ["25:00-07:00", "23:60-07:00", "1:00-2:00", "07:00-07:00", "07:00", "24:00-07:00"] {
            #expect(kinds(text) == [.invalid, .end], "\(text)")
        }
    }

    @Test("strings resolve their escapes")
    func strings() {
        #expect(kinds(#""a\"\\\n\t\u{4E2D}文""#) == [.string("a\"\\\n\t中文"), .end])
        for text in ["\"open", "\"a\nb\"", #""\q""#, #""\u{D800}""#, #""\u{}""#, #""\u{1F600""#, #""\"#] {
            #expect(kinds(text).contains(.invalid), "\(text)")
            #expect(!messages(text).isEmpty, "\(text)")
        }
    }

    @Test("secrets name their place")
    func secrets() {
        #expect(
            kinds("env:A_1 file:/etc/weir/key file:\"a b\"]") == [
                .secret(.environment("A_1")), .secret(.file(path: "/etc/weir/key")), .secret(.file(path: "a b")),
                .punctuation(.closeBracket), .end,
            ])
        #expect(messages("env: x") == ["expected the name of a variable after `env:`"])
    }

    @Test("operators, brackets and comments")
    func punctuation() {
        #expect(
            kinds("a<=1 # b\n!=") == [
                .word("a"), .punctuation(.lessOrEqual), .quantity(.integer(1)), .comment, .punctuation(.notEqual), .end,
            ])
    }

    @Test("signs of other languages and keyboards are explained")
    func habits() {
        let hints = [
            "a == b": "`=`", "a && b": "`and`", "“a”": "write `\"`", "a，b": "write `,`", "'a'": "double quotes",
        ]
        for (text, hint) in hints {
            let found = Lexer.lex(SourceFile(name: "t", text: text)).findings.diagnostics.first?.hint
            #expect(found?.contains(hint) == true, "\(text): \(found ?? "no hint")")
        }
    }

    @Test("a file that is not UTF-8 says where it stops being so")
    func notUTF8() throws {
        let file = SourceFile(name: "t", bytes: Array("route\n文 ".utf8) + [0xC3, 0x28])
        let (tokens, findings) = Lexer.lex(file)
        #expect(tokens.map(\.kind) == [.end])
        #expect(findings.diagnostics.map(\.range.place) == ["t:2:3"])
    }

    @Test("a byte order mark and carriage returns are passed over")
    func windows() {
        #expect(kinds("\u{FEFF}a\r\nb") == [.word("a"), .word("b"), .end])
    }

    @Test("a line that would make columns dear to count is refused")
    func overlongLine() {
        #expect(messages("a\n" + String(repeating: "b ", count: 40_000)) == ["this line is longer than 64 KB"])
    }
}
