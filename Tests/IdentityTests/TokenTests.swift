// Access tokens.

import Codec
import Crypto
import Telemetry
import Testing

@testable import Identity

@Suite struct TokenTests {
    private static let now: Int64 = 1_700_000_000
    private let key = SigningKey(id: "k1", secret: [UInt8](repeating: 7, count: 32), signsFrom: 0)
    private let token = AccessToken(subject: "user", session: "session", issuedAt: now)

    private func mint(_ keys: SigningKey...) throws -> TokenMint {
        let mint = TokenMint()
        try mint.use(keys)
        return mint
    }

    private func fault(_ text: String, _ mint: TokenMint, at now: Int64 = now) -> TokenFault? {
        do throws(TokenFault) {
            _ = try mint.verify(Array(text.utf8).span, at: now)
            return nil
        } catch {
            return error
        }
    }

    /// A token with any header and payload, rightly signed by the key.
    private func signed(_ header: String, _ payload: String, with key: SigningKey) throws -> String {
        var text = encoded(header) + "."
        text += encoded(payload)
        var hmac = try HMACSHA256(key: key.secret.revealed.span)
        let code = try hmac.authenticate(Array(text.utf8).span)
        var signature: [UInt8] = []
        Base64.encode(code.bytes.span, appendingTo: &signature, options: [.urlSafe, .unpadded])
        return text + "." + String(decoding: signature, as: UTF8.self)
    }

    private func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        Base64.encode(Array(text.utf8).span, appendingTo: &bytes, options: [.urlSafe, .unpadded])
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let header = #"{"alg":"HS256","typ":"at+jwt","kid":"k1"}"#

    private func claims(_ changes: [(String, String?)] = []) -> String {
        var claims = [
            ("iss", "\"weir\""), ("aud", "\"weir-api\""), ("sub", "\"u\""), ("sid", "\"s\""), ("iat", "\(Self.now)"),
            ("nbf", "\(Self.now)"), ("exp", "\(Self.now + 10)"),
        ]
        for (name, value) in changes {
            claims.removeAll { $0.0 == name }
            if let value { claims.append((name, value)) }
        }
        return "{" + claims.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    @Test("what is issued is verified, to the last second of two hours")
    func roundTrip() throws {
        let mint = try mint(key)
        let text = try #require(try mint.issue(token))
        #expect(try mint.verify(Array(text.utf8).span, at: Self.now) == token)
        #expect(fault(text, mint, at: Self.now + 7199) == nil)
        #expect(fault(text, mint, at: Self.now + 7200) == .expired)
        #expect(fault(text, mint, at: Self.now - 60) == nil, "the clock of another host")
        #expect(fault(text, mint, at: Self.now - 61) == .notYetValid)
    }

    @Test("a token that was verified before ends with its time and with its key, and vouches for no other")
    func verifiedBefore() throws {
        let mint = try mint(key)
        let text = try #require(try mint.issue(token))
        for _ in 0..<3 { #expect(try mint.verify(Array(text.utf8).span, at: Self.now) == token) }
        var bytes = Array(text.utf8)
        for index in bytes.indices {
            bytes[index] ^= 1
            #expect(fault(String(decoding: bytes, as: UTF8.self), mint) != nil, "byte \(index)")
            bytes[index] ^= 1
        }
        #expect(fault(text, mint) == nil)
        #expect(fault(text, mint, at: Self.now + 7200) == .expired)
        try mint.use([SigningKey(id: "k2", secret: Array(repeating: 1, count: 32), signsFrom: 0)])
        #expect(fault(text, mint) == .foreignHeader)
    }

    @Test("the signature is that of RFC 7515, A.1")
    func knownAnswer() throws {
        var secret: [UInt8] = []
        try Base64.decode(
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow".utf8.span,
            appendingTo: &secret, options: [.urlSafe, .unpadded])
        let joe = SigningKey(
            id: "joe", secret: secret, signsFrom: 0, header: Array("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}".utf8))
        let text =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
            + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        // The signature is right, and the claims are not Weir's.
        #expect(fault(text, try mint(joe)) == .malformedClaims(nil))
        #expect(fault(String(text.dropLast()) + "l", try mint(joe)) != .malformedClaims(nil))
    }

    @Test(
        "another header than Weir's is refused before anything is computed",
        arguments: [
            #"{"alg":"none"}"#, #"{"alg":"none","typ":"at+jwt","kid":"k1"}"#,
            #"{"alg":"HS512","typ":"at+jwt","kid":"k1"}"#,
            #"{"alg":"RS256","typ":"at+jwt","kid":"k1"}"#, #"{"alg":"hs256","typ":"at+jwt","kid":"k1"}"#,
            #"{"alg":"HS256","typ":"JWT","kid":"k1"}"#, #"{"alg":"HS256","typ":"at+jwt","kid":"k2"}"#,
            #"{"alg":"HS256","typ":"at+jwt"}"#, #"{"typ":"at+jwt","alg":"HS256","kid":"k1"}"#,
            #"{"alg":"HS256","typ":"at+jwt","kid":"k1","crit":["exp"]}"#,
            #"{"alg":"HS256","typ":"at+jwt","kid":"k1"} "#,
            #"{"alg":"HS256","alg":"none","typ":"at+jwt","kid":"k1"}"#,
            #"{"alg":"HS256","typ":"at+jwt","kid":"k1","jwk":{"kty":"oct","k":"AAAA"}}"#, "",
        ])
    func foreignHeaders(header: String) throws {
        #expect(fault(try signed(header, claims(), with: key), try mint(key)) == .foreignHeader)
    }

    @Test("a token without a signature is none, also where it says that it needs none")
    func unsigned() throws {
        let mint = try mint(key)
        for header in [#"{"alg":"none"}"#, Self.header] {
            let text = encoded(header) + "." + encoded(claims())
            for text in [text, text + ".", text + "..", "." + text, text + "." + String(repeating: "A", count: 43)] {
                #expect(fault(text, mint) != nil)
            }
        }
        for text in ["", ".", "..", "...", String(repeating: ".", count: 50), String(repeating: "a", count: 5000)] {
            #expect(fault(text, mint) != nil)
        }
    }

    @Test(
        "claims are what Weir writes, each once, and nothing else",
        arguments: [
            ("iss", "\"other\"", TokenFault.otherIssuer), ("iss", nil, .otherIssuer),
            ("aud", "\"other\"", .otherAudience), ("aud", "1", .otherAudience),
            ("sub", "1", .malformedClaims(nil)), ("sid", "null", .malformedClaims(nil)),
            ("exp", "1e3", .malformedClaims(nil)), ("exp", "-1", .malformedClaims(nil)),
            ("exp", "\"1\"", .malformedClaims(nil)), ("exp", "99999999999999999999", .malformedClaims(nil)),
            ("exp", "\(now)", .expired), ("nbf", "\(now + 61)", .notYetValid), ("iat", "\(now + 61)", .notYetValid),
            ("role", "\"platform-admin\"", .malformedClaims(nil)),
        ] as [(String, String?, TokenFault)])
    func claims(name: String, value: String?, expected: TokenFault) throws {
        let mint = try mint(key)
        #expect(fault(try signed(Self.header, claims(), with: key), mint) == nil, "the claims as they should be")
        #expect(fault(try signed(Self.header, claims([(name, value)]), with: key), mint) == expected)
    }

    @Test(
        "a payload that is no such object is refused, although it is signed",
        arguments: [
            "", "null", "[]", "{}", "{\"exp\":1,\"exp\":2}", "{\"exp\":{\"exp\":1}}", "{", "{\"sub\":\"\u{7}\"}",
        ])
    func payloads(payload: String) throws {
        #expect(fault(try signed(Self.header, payload, with: key), try mint(key)) != nil)
        #expect(fault(try signed(Self.header, claims() + "{}", with: key), try mint(key)) != nil)
        #expect(fault(try signed(Self.header, claims([("aud", "[\"weir-api\"]")]), with: key), try mint(key)) != nil)
        let twice = claims().replacing("\"iss\":\"weir\"", with: "\"iss\":\"weir\",\"iss\":\"weir\"")
        #expect(fault(try signed(Self.header, twice, with: key), try mint(key)) == .malformedClaims(nil))
    }

    @Test("no character of a token can be changed, cut off or added")
    func forgeries() throws {
        let mint = try mint(key)
        let text = Array(try #require(try mint.issue(token)).utf8)
        for index in text.indices {
            var changed = text
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(fault(String(decoding: changed, as: UTF8.self), mint) != nil, "changed at \(index)")
            #expect(fault(String(decoding: text.prefix(index), as: UTF8.self), mint) != nil, "cut at \(index)")
        }
        for added in ["A", "=", ".", "\n"] {
            #expect(fault(String(decoding: text, as: UTF8.self) + added, mint) != nil)
        }
    }

    @Test("a new key signs when its time has come; older ones verify until they are taken away")
    func rotation() throws {
        let other = SigningKey(
            id: "k2", secret: [UInt8](repeating: 8, count: 32), signsFrom: (Self.now + 60) * 1000)
        let mint = try mint(key)
        let old = try #require(try mint.issue(token))
        try mint.use([key, other])
        #expect(try mint.issue(token) == old, "not yet")
        let later = AccessToken(subject: "user", session: "session", issuedAt: Self.now + 60)
        let new = try #require(try mint.issue(later))
        #expect(fault(new, mint, at: Self.now + 60) == nil && fault(old, mint, at: Self.now + 60) == nil)
        #expect(fault(new, try self.mint(key), at: Self.now + 60) == .foreignHeader)
        try mint.use([other])
        #expect(fault(old, mint, at: Self.now + 60) == .foreignHeader)
        #expect(try TokenMint().issue(token) == nil)
    }
}
