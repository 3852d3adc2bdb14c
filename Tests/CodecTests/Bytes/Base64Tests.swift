import Codec
import TestBasics
import Testing

@Suite struct Base64Tests {
    private func encoded(_ text: String, _ options: Base64.Options = []) -> String {
        var output: [UInt8] = []
        Base64.encode(text.utf8.span, appendingTo: &output, options: options)
        return String(decoding: output, as: UTF8.self)
    }

    private func decoded(_ text: String, _ options: Base64.Options = []) -> Outcome<[UInt8]> {
        Outcome { () throws(CodecError) in
            var output: [UInt8] = []
            try Base64.decode(text.utf8.span, appendingTo: &output, options: options)
            return output
        }
    }

    @Test(
        "the vectors of RFC 4648 hold in both directions",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, text: String) {
        #expect(encoded(plain) == text)
        #expect(decoded(text) == .accepted(Array(plain.utf8)))
    }

    @Test(
        "a text is refused for its mistake",
        arguments: [
            ("Zg", .base64Length, 2),
            ("Zm9vY", .base64Length, 5),
            ("=", .base64Length, 1),
            ("Z===", .base64Character, 1),
            ("====", .base64Character, 0),
            ("Zg=a", .base64Character, 2),
            ("Zg==Zg==", .base64Character, 2),
            ("Zm9v\n", .base64Length, 5),
            ("Zm 9vYg=", .base64Character, 2),
            ("Zm9-", .base64Character, 3),
            ("Zm9\u{e9}YWI", .base64Character, 3),
            ("Zh==", .base64SpareBits, 1),
            ("Zm9=", .base64SpareBits, 2),
        ] as [(String, CodecError.Reason, Int)])
    func refusals(text: String, reason: CodecError.Reason, offset: Int) {
        #expect(decoded(text) == .refused(reason, at: offset))
    }

    @Test("spare bits are dropped when asked, as the vendor's sample key needs it")
    func spareBits() {
        let key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C="
        #expect(decoded(key) == .refused(.base64SpareBits, at: 42))
        guard case .accepted(let bytes) = decoded(key, .ignoringSpareBits) else {
            Issue.record("the vendor's key is refused")
            return
        }
        #expect(bytes.count == 32)
        #expect(bytes.last == 0x60)
        #expect(decoded(String(key.dropLast()), [.ignoringSpareBits, .unpadded]) == .accepted(bytes))
    }

    @Test("the URL-safe form without padding knows neither + nor =")
    func urlSafe() {
        #expect(encoded("\u{3fb}\u{3ff}?", [.urlSafe, .unpadded]) == "z7vPvz8")
        #expect(decoded("-_-_", [.urlSafe]) == .accepted([0xFB, 0xFF, 0xBF]))
        #expect(decoded("+_-_", [.urlSafe]) == .refused(.base64Character, at: 0))
        #expect(decoded("Zg==", [.urlSafe, .unpadded]) == .refused(.base64Character, at: 2))
        #expect(decoded("Z", [.urlSafe, .unpadded]) == .refused(.base64Length, at: 1))
    }

    @Test("a refused text leaves the output as it was")
    func outputIsUntouched() {
        var output: [UInt8] = [1, 2, 3]
        #expect(throws: CodecError.self) { try Base64.decode("Zm9vZm9*".utf8.span, appendingTo: &output) }
        #expect(throws: CodecError.self) { try Base64.decode("Zm9vZh==".utf8.span, appendingTo: &output) }
        #expect(output == [1, 2, 3])
    }

    @Test("what is encoded decodes to the same bytes, for every option and length")
    func roundTrip() throws {
        var random = SplitMix64(seed: Seed.ofThisRun)
        for length in 0..<300 {
            let bytes = random.bytes(count: length)
            for options in [[], .urlSafe, .unpadded, [.urlSafe, .unpadded]] as [Base64.Options] {
                var text: [UInt8] = [9]
                Base64.encode(bytes.span, appendingTo: &text, options: options)
                var output: [UInt8] = [7]
                try Base64.decode(text.span.extracting(1..<text.count), appendingTo: &output, options: options)
                #expect(output == [7] + bytes, "\(Seed.note)")
            }
        }
    }

    @Test("a character that is no digit is found wherever it stands, in whole blocks and behind them")
    func strangersAnywhere() {
        for length in stride(from: 4, through: 72, by: 4) {
            for offset in 0..<length {
                for stranger in ["\u{0}", "*", "-", "@", "[", "`", "{", "\u{7f}", "=", ":"] {
                    var text = [Character](repeating: "Q", count: length)
                    text[offset] = Character(stranger)
                    // Padding may stand at the end.
                    if stranger == "=", offset == length - 1 { continue }
                    #expect(decoded(String(text)) == .refused(.base64Character, at: offset), "\(stranger) in \(length)")
                }
            }
        }
    }

    @Test("any text is either refused or the one encoding of its bytes")
    func decodingIsInjective() throws {
        var random = SplitMix64(seed: Seed.ofThisRun)
        let letters = Array("Aw+/=Z".utf8)
        for _ in 0..<5_000 {
            let text = (0..<random.below(9)).map { _ in letters[random.below(letters.count)] }
            var bytes: [UInt8] = []
            guard (try? Base64.decode(text.span, appendingTo: &bytes)) != nil else { continue }
            var again: [UInt8] = []
            Base64.encode(bytes.span, appendingTo: &again)
            #expect(again == text, "\(Seed.note)")
        }
    }
}
