// What does not get into the log.

import Codec
import Testing

@testable import Audit

@Suite struct AuditMaskTests {
    @Test("secrets are masked wherever they stand, and that there is none is shown")
    func secrets() {
        let masked = AuditMask.masked([
            "name": "a", "Password": "p", "encoding_aes_key": ["x": "y"], "none_token": .null,
            "config": ["bots": [["secret": "s", "id": 7]]],
            "webhook_url": "https://u:p@example.com/hook?key=abc#f", "plain_url": "https://example.com/hook",
        ])
        #expect(
            masked == [
                "name": "a", "Password": "***", "encoding_aes_key": "***", "none_token": .null,
                "config": ["bots": [["secret": "***", "id": 7]]],
                "webhook_url": "https://***@example.com/hook?***", "plain_url": "https://example.com/hook",
            ])
    }

    @Test("of an update the members that differ are kept, also one that differs only in its secret")
    func difference() {
        let entry = AuditEntry(
            "x.update", by: .system("test"), before: ["a": 1, "b": 2, "token": "old"],
            after: ["a": 1, "b": 3, "token": "new", "c": 4])
        #expect(entry.before == ["b": 2, "token": "***"])
        #expect(entry.after == ["b": 3, "token": "***", "c": 4])
    }

    @Test("what is too large is left out, what a stranger typed is cut")
    func sizes() {
        let large = JSONValue.string(String(repeating: "x", count: 20_000))
        #expect(AuditMask.masked(large) == ["omitted_bytes": 20_002])
        let actor = AuditActor.anonymous(claiming: String(repeating: "箱", count: 1000))
        #expect(actor.name.utf8.count <= 131)
    }

    @Test("an entry is read back as it was written")
    func document() {
        let entry = AuditEntry(
            "tenant.update", by: AuditActor(.user, id: "1", name: "ä\"\n"), on: AuditObject("tenant", "2"), tenant: "2",
            outcome: .denied, code: "forbidden", address: "::1", requestID: "r", before: ["a": 1], after: ["a": 2])
        let document = entry.document
        #expect(AuditEntry(document: document.span) == entry)
        let bare = AuditEntry("x", by: .anonymous()).document
        #expect(AuditEntry(document: bare.span) == AuditEntry("x", by: .anonymous()))
    }
}
