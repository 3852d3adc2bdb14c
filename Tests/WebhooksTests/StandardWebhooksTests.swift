import FoundationEssentials
import Gateway
import TestBasics
import Testing

@testable import Webhooks

@Suite struct StandardWebhooksTests {
    private struct Vectors: Decodable {
        struct Case: Decodable {
            var version: String
            var secret: String
            var `public`: String?
            var signature: String
        }
        var id: String
        var timestamp: Int64
        var body: String
        var cases: [Case]
    }

    private static func vectors() throws -> Vectors {
        try JSONDecoder().decode(Vectors.self, from: Data(Repository.vectors("standard-webhooks.json")))
    }

    @Test("each key signs and verifies as the vectors of Standard Webhooks' and Svix' tests have it")
    func knownAnswers() throws {
        let vectors = try Self.vectors()
        #expect(Set(vectors.cases.map(\.version)) == ["v1", "v1a"])
        for sample in vectors.cases {
            let body = Array(vectors.body.utf8)
            let signer = try WebhookSigner([WebhookKey(sample.secret)])
            for _ in 0..<2 {
                #expect(
                    try signer.signature(id: vectors.id, timestamp: vectors.timestamp, body: body) == sample.signature)
            }
            for text in [sample.secret, sample.public].compactMap(\.self) {
                let verifier = try WebhookVerifier([WebhookVerificationKey(text)])
                let isGenuine = { (signatures: String, body: [UInt8]) in
                    try verifier.isGenuine(signatures, id: vectors.id, timestamp: vectors.timestamp, body: body)
                }
                #expect(try isGenuine(sample.signature, body))
                #expect(try !isGenuine(sample.signature, body + [0x20]))
                // Under the name of the other scheme it is nothing.
                let bare = sample.signature.drop { $0 != "," }
                #expect(try !isGenuine((sample.version == "v1" ? "v1a" : "v1") + bare, body))
                for noise in ["", " ", ",", "v1", "v1,", "v1a,", "v1,*", String(bare), "v2" + bare] {
                    #expect(try !isGenuine(noise, body), "\(noise)")
                }
            }
        }
    }

    @Test("several keys sign one delivery, in their order, and a receiver needs only one of them")
    func rotation() throws {
        let vectors = try Self.vectors()
        let body = Array(vectors.body.utf8)
        let signer = try WebhookSigner(vectors.cases.map { try WebhookKey($0.secret) })
        let signatures = try signer.signature(id: vectors.id, timestamp: vectors.timestamp, body: body)
        #expect(signatures == vectors.cases.map(\.signature).joined(separator: " "))
        for sample in vectors.cases {
            let verifier = try WebhookVerifier([WebhookVerificationKey(sample.secret)])
            #expect(try verifier.isGenuine(signatures, id: vectors.id, timestamp: vectors.timestamp, body: body))
        }
    }
}
