// The Authorization field, and what a signature covers.

import Codec
import Crypto
import Testing

@testable import Identity

@Suite struct AuthorizationFieldTests {
    private static let hex = String(repeating: "0f", count: 32)
    private static let whole = "Weir-HMAC-SHA256 key=k-1, timestamp=1700000000, nonce=abcdefgh, signature=\(hex)"

    private func read(_ text: String) -> Result<AuthorizationField, AuthorizationField.Fault> {
        do throws(AuthorizationField.Fault) {
            return .success(try AuthorizationField(Array(text.utf8).span))
        } catch {
            return .failure(error)
        }
    }

    @Test("a bearer token is where it stands", arguments: ["Bearer a.b-_9", "bearer a.b-_9", "BEARER   a.b-_9"])
    func bearer(text: String) throws {
        guard case .bearer(let range) = try read(text).get() else {
            Issue.record("no token")
            return
        }
        #expect(Array(text.utf8)[range].elementsEqual("a.b-_9".utf8))
    }

    @Test(
        "a signature has its four parameters in any order",
        arguments: [
            whole, "weir-hmac-sha256   signature=\(hex),nonce=abcdefgh ,\ttimestamp=1700000000,key=k-1",
        ])
    func signature(text: String) throws {
        guard case .signature(let signature) = try read(text).get() else {
            Issue.record("no signature")
            return
        }
        let bytes = Array(text.utf8)
        #expect(bytes[signature.key].elementsEqual("k-1".utf8))
        #expect(bytes[signature.nonce].elementsEqual("abcdefgh".utf8))
        #expect(signature.timestamp == 1_700_000_000 && signature.signature.description == Self.hex)
    }

    @Test(
        "anything else is refused",
        arguments: [
            ("", .unknownScheme), ("Basic YTpi", .unknownScheme), ("Bearer", .malformed), ("Bearer  ", .malformed),
            ("Bearer a b", .malformed), ("Bearer a=", .malformed), ("Bearer ä", .malformed),
            ("Weir-HMAC-SHA256", .malformed), (whole + ",", .malformed), (whole + " x", .malformed),
            (whole.replacing("key=k-1", with: "key=\"k-1\""), .malformed), (whole + ", key=k-2", .repeatedParameter),
            (whole + ", realm=x", .unknownParameter), (whole.replacing("key=k-1, ", with: ""), .missingParameter),
            (whole.replacing("k-1", with: String(repeating: "k", count: 65)), .keyLength),
            (whole.replacing("abcdefgh", with: "abcdefg"), .nonceLength),
            (whole.replacing("abcdefgh", with: String(repeating: "n", count: 129)), .nonceLength),
            (whole.replacing("1700000000", with: "-1"), .badTimestamp),
            (whole.replacing("1700000000", with: "1700000000000"), .badTimestamp),
            (whole.replacing("1700000000", with: "now"), .badTimestamp),
            (whole.replacing(hex, with: String(hex.dropLast())), .badSignatureText),
            (whole.replacing(hex, with: String(repeating: "g", count: 64)), .badSignatureText),
        ] as [(String, AuthorizationField.Fault)])
    func refusals(text: String, fault: AuthorizationField.Fault) {
        #expect(read(text) == .failure(fault))
    }

    private func sign(_ parts: [String], key: String = "secret") throws -> String {
        var sha256 = try SHA256()
        let (method, path, query) = (Array(parts[0].utf8), Array(parts[1].utf8), Array(parts[2].utf8))
        let (timestamp, nonce, body) = (Array(parts[3].utf8), Array(parts[4].utf8), Array(parts[5].utf8))
        return try CanonicalRequest(
            method: method.span, path: path.span, query: query.span, timestamp: timestamp.span, nonce: nonce.span,
            body: body.span
        ).signature(key: key.utf8.span, using: &sha256).description
    }

    @Test("the signature is what openssl makes of the same text")
    func knownAnswer() throws {
        // printf 'POST\n/api/v1/x\na=1\n1700000000\nnonce123\n%s' "$(printf '{}' | sha256sum | cut -c-64)" |
        //     openssl dgst -sha256 -hmac secret
        #expect(
            try sign(["POST", "/api/v1/x", "a=1", "1700000000", "nonce123", "{}"])
                == "f51575c9a34e986ec4c99373834242936d3109a276ae16e686b994e5ed9e6421")
    }

    @Test("each part counts, and none can stand for another")
    func parts() throws {
        let parts = ["POST", "/a", "b", "1700000000", "nonce123", "body"]
        let whole = try sign(parts)
        for index in parts.indices {
            var changed = parts
            changed[index] += "x"
            #expect(try sign(changed) != whole)
            guard index + 1 < parts.count else { continue }
            var shifted = parts
            shifted[index + 1] = String(shifted[index].removeLast()) + shifted[index + 1]
            #expect(try sign(shifted) != whole)
        }
        #expect(try sign(parts, key: "other") != whole)
    }
}
