// What a request says about who sends it: the Authorization field, and access tokens, also with any payload rightly signed.

import Codec
import Crypto
import Identity

extension Fuzzer {
    static let authorization = Fuzzer(
        name: "authorization", about: "the Authorization field: places within it, nothing but what it may hold",
        sizeMax: 512,
        words: [
            "Bearer ", "Weir-HMAC-SHA256 ", "key=", "timestamp=", "nonce=", "signature=", ", ", "1700000000",
            String(repeating: "0f", count: 32),
        ],
        seeds: {
            let signature = String(repeating: "0f", count: 32)
            return [
                "Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "Basic YTpi",
                "Weir-HMAC-SHA256 key=k, timestamp=1700000000, nonce=abcdefgh, signature=\(signature)",
            ].map { Array($0.utf8) }
        },
        check: { input in try checkAuthorization(input) })

    static let token = Fuzzer(
        name: "token", about: "access tokens: bytes as a token, and as a payload that is signed properly", sizeMax: 512,
        words: [
            "\"iss\":\"weir\"", "\"aud\":\"weir-api\"", "\"sub\":\"u\"", "\"sid\":\"s\"", "\"iat\":1", "\"nbf\":1",
            "\"exp\":9999999999", ",", "{", "}", ".",
        ],
        seeds: {
            [
                #"{"iss":"weir","aud":"weir-api","sub":"u","sid":"s","iat":1,"nbf":1,"exp":9999999999}"#, "{}", "a.b.c",
                (try? TokenCheck.mint.issue(TokenCheck.sample)) ?? "",
            ].map { Array($0.utf8) }
        },
        check: { input in try TokenCheck(input: input).run() })
}

private func checkAuthorization(_ input: [UInt8]) throws {
    guard let field = try? AuthorizationField(input.span) else { return }
    switch field {
    case .bearer(let range):
        try require(!range.isEmpty && range.upperBound == input.count, "a token is all that follows")
        try require(!input[range].contains { $0 <= 0x20 || $0 >= 0x7F }, "a token is plain")
    case .signature(let signature):
        for range in [signature.key, signature.nonce, signature.timestampText] {
            try require(range.lowerBound >= 0 && range.upperBound <= input.count, "\(range) lies in the field")
            try require(!input[range].contains { $0 <= 0x20 || $0 >= 0x7F || $0 == 0x22 }, "a parameter is plain")
        }
        try require(RequestSignature.keyCounts.contains(signature.key.count), "the length of a key's id")
        try require(RequestSignature.nonceCounts.contains(signature.nonce.count), "the length of a nonce")
        try require(signature.timestamp >= 0, "a time after 1970")
        try require(text(input).lowercased().contains(signature.signature.description), "the signature is in the field")
    }
}

private struct TokenCheck {
    static let key = SigningKey(id: "fuzz", secret: [UInt8](repeating: 1, count: 32), signsFrom: 0)
    static let sample = AccessToken(subject: "u", session: "s", issuedAt: 1_700_000_000)
    static var mint: TokenMint {
        get throws {
            let mint = TokenMint()
            try mint.use([key])
            return mint
        }
    }

    let input: [UInt8]

    func run() throws {
        let mint = try Self.mint
        // Nobody guesses a signature, so what is verified is what was issued: the seed, or a payload of the check below.
        if let token = try? mint.verify(input.span, at: 1_700_000_000) {
            try require(token, equals: Self.sample, "only what was issued is verified")
        }
        guard let whole = try mint.issue(Self.sample), let dot = whole.firstIndex(of: ".") else { return }
        var signed = Array(whole[...dot].utf8)
        Base64.encode(input.span, appendingTo: &signed, options: [.urlSafe, .unpadded])
        var hmac = try HMACSHA256(key: [UInt8](repeating: 1, count: 32).span)
        let code = try hmac.authenticate(signed.span)
        signed.append(UInt8(ascii: "."))
        Base64.encode(code.bytes.span, appendingTo: &signed, options: [.urlSafe, .unpadded])
        guard let token = try? mint.verify(signed.span, at: 5) else { return }
        try require(token.expiresAt > 5 && token.notBefore <= 65 && token.issuedAt <= 65, "its time has come and lasts")
        let tree = try JSONValue(parsing: input.span)
        try require(tree["sub"]?.string, equals: token.subject, "the subject, as another reader sees it")
        try require(tree["sid"]?.string, equals: token.session, "the session, as another reader sees it")
        try require(tree["exp"]?.integer, equals: token.expiresAt, "the end, as another reader sees it")
        try require(tree["iss"]?.string, equals: "weir", "the issuer, as another reader sees it")
    }
}
