import Crypto
import Testing

@Suite struct BcryptTests {
    /// Of OpenBSD's and jBCrypt's tests, whose `$2a$` and `$2b$` mean the same for such passwords.
    @Test(
        "known hashes are recognised, and only by their password",
        arguments: [
            ("", "$2b$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."),
            ("a", "$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"),
            ("abc", "$2b$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"),
            ("abcdefghijklmnopqrstuvwxyz", "$2b$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC"),
            ("~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2b$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO"),
        ])
    func knownAnswers(password: String, hash: String) {
        #expect(Bcrypt.verify(bytes(password), against: hash))
        #expect(!Bcrypt.verify(bytes(password + "x"), against: hash))
    }

    @Test("a password is recognised by its hash, with its salt and cost")
    func roundTrip() throws {
        var random = RandomSource.seeded(1)
        let password = "正确的 horse"
        let hash = try Bcrypt.hash(bytes(password), cost: 4, salt: random.bytes())
        #expect(hash.hasPrefix("$2b$04$") && hash.utf8.count == 60)
        #expect(Bcrypt.verify(bytes(password), against: hash))
        #expect(!Bcrypt.verify(bytes("正确的 hors"), against: hash))
        #expect(try Bcrypt.hash(bytes(password), cost: 4, salt: random.bytes()) != hash, "another salt")
    }

    @Test("what bcrypt would cut off is refused: longer than 72 bytes, or behind a zero byte")
    func noCuts() throws {
        let long = [UInt8](repeating: 0x61, count: 73)
        let hash = try Bcrypt.hash(Array(long.prefix(72)), cost: 4, salt: InlineArray(repeating: 1))
        let full = Array(long.dropLast())
        #expect(Bcrypt.verify(full, against: hash))
        #expect(!Bcrypt.verify(long, against: hash))
        #expect(throws: CryptoError.self) { try Bcrypt.hash(long, cost: 4, salt: InlineArray(repeating: 1)) }
        let zero: [UInt8] = [0x61, 0, 0x62]
        #expect(throws: CryptoError.self) { try Bcrypt.hash(zero, cost: 4, salt: InlineArray(repeating: 1)) }
    }

    @Test("what is no hash of bcrypt is nobody's password", arguments: ["", "*0", "x", "$1$salt$hash", "$2b$04$short"])
    func noHash(hash: String) {
        #expect(!Bcrypt.verify(bytes("x"), against: hash))
        #expect(!Bcrypt.verify([], against: hash))
    }
}
