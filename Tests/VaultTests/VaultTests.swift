// Secrets at rest.

import Crypto
import Testing
import Vault

@Suite struct VaultTests {
    private let place = SealedPlace(kind: "api-key", id: "1", field: "secret")

    private func ring(_ seeds: UInt64...) throws -> MasterKeyRing {
        let keys = try seeds.map { seed in
            var random = RandomSource.seeded(seed)
            return try MasterKey.random(&random)
        }
        return MasterKeyRing(keys[0], previous: Array(keys.dropFirst()))
    }

    private func vault(_ ring: MasterKeyRing, reread: @escaping () -> MasterKeyRing? = { nil }) throws -> Vault {
        try Vault(ring, random: .seeded(99), reread: reread)
    }

    private func seal(_ text: String, in vault: Vault) throws -> String { try vault.seal(text.utf8.span, at: place) }

    @Test("a secret comes back, and the envelope shows nothing of it", arguments: ["", "a secret", "一个秘密", "\u{0}\n"])
    func roundTrip(secret: String) throws {
        let vault = try vault(try ring(1))
        let envelope = try seal(secret, in: vault)
        #expect(try vault.open(envelope, at: place) == Array(secret.utf8))
        #expect(secret.isEmpty || !envelope.contains(secret))
        #expect(try seal(secret, in: vault) != envelope, "another data key each time")
    }

    @Test("an envelope opens at its own place only, and not once a character is changed")
    func forgeries() throws {
        let vault = try vault(try ring(1))
        let envelope = try seal("secret", in: vault)
        for other in [
            SealedPlace(kind: "tenant", id: "1", field: "secret"),
            SealedPlace(kind: "api-key", id: "2", field: "secret"),
            SealedPlace(kind: "api-key", id: "1", field: "other"),
        ] {
            #expect(throws: VaultFault.notAuthentic(other)) { try vault.open(envelope, at: other) }
        }
        for index in envelope.indices {
            var changed = envelope
            changed.replaceSubrange(index...index, with: envelope[index] == "A" ? "B" : "A")
            #expect(throws: VaultFault.self, "changed at \(index)") { try vault.open(changed, at: place) }
        }
        for text in ["", "v1", "v1...", "v2.a.b.c", envelope + "."] {
            #expect(throws: VaultFault.self) { try vault.open(text, at: place) }
        }
    }

    @Test("without its master key it does not open, and the fault names the key")
    func missingKey() throws {
        let sealed = try ring(1)
        let envelope = try seal("secret", in: try vault(sealed))
        #expect(throws: VaultFault.keyMissing(id: sealed.current.id, place: place)) {
            try vault(try ring(2)).open(envelope, at: place)
        }
    }

    @Test("a rotation wraps anew, once, and then the old key is not needed any more")
    func rotation() throws {
        let envelope = try seal("secret", in: try vault(try ring(1)))
        let both = try vault(try ring(2, 1))
        #expect(try both.open(envelope, at: place) == Array("secret".utf8))
        let rewrapped = try #require(try both.rewrap(envelope, at: place))
        #expect(try both.rewrap(rewrapped, at: place) == nil)
        #expect(try vault(try ring(2)).open(rewrapped, at: place) == Array("secret".utf8))
        #expect(rewrapped.split(separator: ".").last == envelope.split(separator: ".").last, "the secret is untouched")
        var changed = envelope
        changed.removeLast(2)
        changed += "AA"
        #expect(throws: VaultFault.self, "what does not open is not wrapped") { try both.rewrap(changed, at: place) }
    }

    @Test("a key that appears later is taken up when an envelope asks for it, and then seals")
    func reread() throws {
        let newer = try ring(2, 1)
        let envelope = try seal("secret", in: try vault(newer))
        let old = try vault(try ring(1)) { newer }
        #expect(try old.open(envelope, at: place) == Array("secret".utf8))
        #expect(old.ring.current.id == newer.current.id)
    }

    @Test("keys are read as they are written, the first is in use")
    func text() throws {
        let ring = try ring(1, 2, 3)
        let read = try MasterKeyRing(parsing: ring.text)
        #expect(read.all.map(\.id) == ring.all.map(\.id))
        let inline = try MasterKeyRing(parsing: ring.all.map(\.text).joined(separator: ", "))
        #expect(inline.all.map(\.id) == ring.all.map(\.id))
        #expect(!"\(ring) \(ring.current)".contains(ring.current.text), "it is not printed")
    }

    @Test("what is no key is refused and not shown", arguments: ["", "# nothing", "c2hvcnQ=", "not base64!"])
    func malformed(text: String) throws {
        do {
            _ = try MasterKeyRing(parsing: text)
            Issue.record("\(text) was taken for a key")
        } catch {
            #expect(text.isEmpty || !error.description.contains(text))
        }
    }
}
