import Crypto
import FoundationEssentials
import TestBasics
import Testing

@Suite struct HMACSHA256Tests {
    struct Case: Sendable {
        var key: [UInt8]
        var text: [UInt8]
        var expected: String
    }

    @Test(
        "the known answers of RFC 4231",
        arguments: [
            Case(
                key: .init(repeating: 0x0b, count: 20), text: Array("Hi There".utf8),
                expected: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            Case(
                key: Array("Jefe".utf8), text: Array("what do ya want for nothing?".utf8),
                expected: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            Case(
                key: .init(repeating: 0xaa, count: 20), text: .init(repeating: 0xdd, count: 50),
                expected: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            Case(
                key: .init(repeating: 0xaa, count: 131),
                text: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                expected: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
            Case(
                key: [], text: [], expected: "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
        ])
    func knownAnswers(sample: Case) throws {
        var hmac = try HMACSHA256(key: sample.key.span)
        #expect(try hmac.authenticate(sample.text).description == sample.expected)
        #expect(try hmac.authenticate(sample.text).description == sample.expected, "the second time")
    }

    @Test("parts, leftovers and restarts do not change the code")
    func parts() throws {
        let text = Array("id.1614265330.{}".utf8)
        var hmac = try HMACSHA256(key: [1, 2, 3].span)
        let whole = try hmac.authenticate(text.span)
        for cut in 0...text.count {
            try hmac.update(text.span)
            hmac.restart()
            try hmac.update(text.span.extracting(..<cut))
            try hmac.update(text.span.extracting(cut...))
            #expect(try hmac.finish() == whole, "cut at \(cut)")
        }
    }

    private struct StandardWebhooks: Decodable {
        struct Case: Decodable {
            var version: String
            var secret: String
            var signature: String
        }
        var id: String
        var timestamp: Int
        var body: String
        var cases: [Case]
    }

    @Test("the v1 signature of Standard Webhooks is this HMAC over id.timestamp.body")
    func standardWebhooks() throws {
        let vectors = try Repository.vectors("standard-webhooks.json")
        let sample = try JSONDecoder().decode(StandardWebhooks.self, from: Data(vectors))
        let known = try #require(sample.cases.first { $0.version == "v1" })
        let key = try bytes(base64: String(known.secret.dropFirst("whsec_".count)))
        var hmac = try HMACSHA256(key: key.span)
        for part in [sample.id, ".", String(sample.timestamp), ".", sample.body] {
            try hmac.update(bytes(part).span)
        }
        let code = try hmac.finish()
        let expected = try bytes(base64: String(known.signature.dropFirst("v1,".count)))
        #expect(code.array == expected)
    }
}
