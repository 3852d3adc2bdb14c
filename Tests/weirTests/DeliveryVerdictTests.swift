import Gateway
import Testing
import Webhooks

@testable import weir

@Suite struct DeliveryVerdictTests {
    private static let now: Int64 = 1_795_473_180
    private static let body = Array(#"{"type":"message.received"}"#.utf8)

    private func signer(_ secret: String = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD") throws -> WebhookSigner {
        try WebhookSigner([WebhookKey(secret)])
    }

    private func verifier() throws -> WebhookVerifier {
        try WebhookVerifier([WebhookVerificationKey("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")])
    }

    private func verdict(
        timestamp: String = "\(now)", signatures: String? = nil, body: [UInt8] = body, at now: Int64 = now
    ) throws -> DeliveryVerdict {
        let signed = try signer().signature(id: "evt_1", timestamp: Int64(timestamp) ?? 0, body: Self.body)
        return try DeliveryVerdict(
            id: "evt_1", timestamp: timestamp, signatures: signatures ?? signed, body: body, checkedBy: verifier(),
            at: now)
    }

    @Test("what this secret signed is genuine")
    func genuine() throws {
        #expect(try verdict() == .genuine)
    }

    @Test("one of several signatures suffices, and unknown schemes are passed over")
    func severalSignatures() throws {
        let right = try signer().signature(id: "evt_1", timestamp: Self.now, body: Self.body)
        let other = try signer("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").signature(
            id: "evt_1", timestamp: Self.now, body: Self.body)
        #expect(try verdict(signatures: "v1a,xyz \(other) \(right)") == .genuine)
        #expect(try verdict(signatures: "v1a,xyz \(other)") == .signatureWrong)
        #expect(try verdict(signatures: "") == .signatureWrong)
    }

    @Test("a changed body is not genuine")
    func changedBody() throws {
        #expect(try verdict(body: Self.body + [0x20]) == .signatureWrong)
    }

    @Test("the timestamp may be 5 minutes off, in both directions, and no second more")
    func tolerance() throws {
        #expect(try verdict(at: Self.now + 300) == .genuine)
        #expect(try verdict(at: Self.now - 300) == .genuine)
        #expect(try verdict(at: Self.now + 301) == .outsideTolerance(seconds: 301))
        #expect(try verdict(at: Self.now - 301) == .outsideTolerance(seconds: -301))
        #expect(try verdict(timestamp: "\(Int64.min)") == .outsideTolerance(seconds: .max))
    }

    @Test("a timestamp is plain decimal", arguments: ["", "+1795473180", "01795473180", "1e9", " 1795473180"])
    func malformedTimestamp(text: String) throws {
        #expect(try verdict(timestamp: text) == .timestampMalformed(text))
    }
}
