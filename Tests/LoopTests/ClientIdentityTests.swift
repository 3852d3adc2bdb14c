// Client certificates against the openssl command, which makes them and tells what is in them.

import FoundationEssentials
import TestSupport
import Testing

@testable import Loop

@Suite struct ClientIdentityTests {
    private static let authority = Result { try Authority() }
    private static let files = Result { try authority.get().certificate("client", for: "client.example") }
    private static let others = Result { try authority.get().certificate("other", for: "other.example") }

    private static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test("a certificate with its key is taken, and known by its fingerprint and its end")
    func taken() throws {
        let files = try Self.files.get()
        let identity = try ClientIdentity(certificates: Self.text(files.chain), key: Self.text(files.key))
        let told = try Command.run(
            "openssl",
            ["x509", "-in", files.chain, "-noout", "-fingerprint", "-sha256", "-enddate", "-dateopt", "iso_8601"])
        let fingerprint = try #require(told.split(separator: "\n").first?.split(separator: "=").last)
        #expect(identity.fingerprint.uppercased() == fingerprint.filter { $0 != ":" })
        let end = try Command.run("date", ["-u", "-d", String(try #require(told.split(separator: "=").last)), "+%s"])
        #expect(String(identity.expires) == end.split(separator: "\n").first.map(String.init))
        var shown = "\(identity) \(String(reflecting: identity))"
        dump(identity, to: &shown)
        #expect(!shown.contains("PRIVATE"))
    }

    @Test("who has the same certificate and key is the same, and nobody else")
    func equality() throws {
        let (first, other) = try (Self.files.get(), Self.others.get())
        let identity = try ClientIdentity(certificates: Self.text(first.chain), key: Self.text(first.key))
        let again = try ClientIdentity(certificates: Self.text(first.chain), key: Self.text(first.key))
        let stranger = try ClientIdentity(certificates: Self.text(other.chain), key: Self.text(other.key))
        #expect(identity == again && identity.hashValue == again.hashValue && identity != stranger)
        #expect(Set([identity, again, stranger]).count == 2)
    }

    @Test("what cannot be shown is refused for what it is, whatever its bytes")
    func refused() throws {
        let (first, other) = try (Self.files.get(), Self.others.get())
        let (chain, key) = try (Self.text(first.chain), Self.text(first.key))
        #expect(throws: ClientIdentity.Fault.mismatch) {
            try ClientIdentity(certificates: chain, key: Self.text(other.key))
        }
        for text in ["", "hunter2", String(key), String(chain.prefix(200)), chain.replacing("MII", with: "AAA")] {
            #expect {
                try ClientIdentity(certificates: text, key: key)
            } throws: { error in
                if case .certificate? = error as? ClientIdentity.Fault { true } else { false }
            }
        }
        let folder = try TemporaryFolder()
        let locked = folder.path + "/locked"
        try Command.run("openssl", ["pkey", "-in", first.key, "-aes256", "-passout", "pass:x", "-out", locked])
        for text in ["", "hunter2", String(chain), String(key.prefix(60)), try Self.text(locked)] {
            #expect {
                try ClientIdentity(certificates: chain, key: text)
            } throws: { error in
                if case .key? = error as? ClientIdentity.Fault { true } else { false }
            }
        }
        let long = String(repeating: "x", count: ClientIdentity.byteCountMax)
        #expect(throws: ClientIdentity.Fault.tooLong) { try ClientIdentity(certificates: long, key: key) }
    }
}
