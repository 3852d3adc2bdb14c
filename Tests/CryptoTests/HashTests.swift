import Crypto
import Testing

@Suite struct HashTests {
    @Test(
        "SHA-1 gives the known answers of FIPS 180",
        arguments: [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
        ])
    func sha1(text: String, expected: String) throws {
        var hash = try SHA1()
        #expect(try hash.digest(bytes(text)).description == expected)
    }

    @Test(
        "SHA-256 gives the known answers of FIPS 180",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func sha256(text: String, expected: String) throws {
        var hash = try SHA256()
        #expect(try hash.digest(bytes(text)).description == expected)
    }

    @Test("hashing in two parts, cut anywhere, is hashing the whole")
    func parts() throws {
        let text = bytes("The quick brown fox jumps over the lazy dog, and sixty-four bytes are one block of SHA-256.")
        var hash = try SHA256()
        let whole = try hash.digest(text.span)
        for cut in 0...text.count {
            try hash.update(text.span.extracting(..<cut))
            try hash.update(text.span.extracting(cut...))
            #expect(try hash.finish() == whole, "cut at \(cut)")
        }
    }

    @Test("a hash starts afresh after finish, after restart, and with nothing given")
    func reuse() throws {
        var hash = try SHA1()
        let first = try hash.digest(bytes("abc").span)
        #expect(try hash.digest(bytes("abc")) == first)
        try hash.update(bytes("left over").span)
        hash.restart()
        try hash.update(bytes("abc").span)
        #expect(try hash.finish() == first)
        #expect(try hash.finish().description == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    }

    @Test("digests differ in any one byte")
    func equality() throws {
        var hash = try SHA256()
        let digest = try hash.digest(bytes("abc").span)
        for index in 0..<32 {
            var other = digest
            other.bytes[index] ^= 1
            #expect(other != digest, "byte \(index)")
        }
        #expect(Set([digest, digest]).count == 1)
    }
}
