import Testing

@testable import WeCom

@Suite struct EncodingAESKeyTests {
    @Test("the vendor's sample key gives the documented bytes, its spare bits dropped")
    func vendorSample() throws {
        let key = try EncodingAESKey("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
        let hex = key.key.indices.map { (key.key[$0] < 16 ? "0" : "") + String(key.key[$0], radix: 16) }.joined()
        #expect(hex == "8d69989bbaabe67328014c194631ad0719b3dca035b64023df292447aab60760")
        #expect((0..<16).allSatisfy { key.initialVector[$0] == key.key[$0] })
    }

    @Test("keys that differ in their two spare bits only are the same key", arguments: ["C", "D", "A", "B"])
    func spareBits(last: String) throws {
        let canonical = try EncodingAESKey("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2A")
        let key = try EncodingAESKey("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2" + last)
        #expect(equal(key.key, canonical.key))
        let next = try EncodingAESKey("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2E")
        #expect(!equal(next.key, canonical.key))
    }

    @Test("spaces around a key are dropped", arguments: [" K", "K\n", "\t K \r\n", "\u{a0}K"])
    func spaces(pattern: String) throws {
        let text = pattern.split(separator: "K", omittingEmptySubsequences: false).joined(separator: sampleKey)
        #expect(try equal(EncodingAESKey(text).key, EncodingAESKey(sampleKey).key))
    }

    @Test(
        "a malformed key says what is wrong with it",
        arguments: [
            ("", "is empty, must have 43 characters"),
            ("  \n", "is empty, must have 43 characters"),
            ("a", "has 1 character, must have 43"),
            (String(repeating: "1", count: 42), "has 42 characters, must have 43"),
            (String(repeating: "1", count: 44), "has 44 characters, must have 43"),
            (String(repeating: "1", count: 4000), "has 4000 characters, must have 43"),
            (
                String(repeating: "1", count: 43) + "=",
                "has 44 characters, must have 43: leave out the '=' at its end"
            ),
            (
                "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIw$",
                "has '$' as character 43, may have only letters and digits"
            ),
            (
                "4Ma3YBrSBbX2aez8 JpXGBne5LSDwgGqHbhM9WPYIws",
                "has ' ' as character 17, may have only letters and digits"
            ),
            ("密钥", "has '密' as character 1, may have only letters and digits"),
            ("\u{1b}[2J", "has '\\u{1B}' as character 1, may have only letters and digits"),
        ])
    func malformed(text: String, message: String) {
        do {
            _ = try EncodingAESKey(text)
            Issue.record("accepted")
        } catch {
            #expect(error.code == -40004)
            #expect(error.reason == .key)
            #expect(error.description == "the EncodingAESKey " + message)
        }
    }

    @Test("a key does not print itself")
    func secrecy() throws {
        #expect(!"\(try EncodingAESKey(sampleKey))".contains("6qkd"))
    }
}
