import Crypto
import Testing

@Suite struct AES256CBCTests {
    let key: AES256CBC.Key
    let vector = AES256CBC.InitialVector { UInt8($0) }
    // NIST SP 800-38A, F.2.5
    let plaintext =
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    let ciphertext =
        "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
        + "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b"

    init() throws {
        let bytes = try bytes(hex: "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
        key = AES256CBC.Key { bytes[$0] }
    }

    @Test("NIST's blocks encrypt and decrypt, in place, again and again")
    func knownAnswer() throws {
        var cipher = try AES256CBC()
        for _ in 0..<3 {
            var buffer = try bytes(hex: plaintext)
            var span = buffer.mutableSpan
            try cipher.encrypt(inPlace: &span, key: key, initialVector: vector)
            #expect(try buffer == bytes(hex: ciphertext))
            span = buffer.mutableSpan
            try cipher.decrypt(inPlace: &span, key: key, initialVector: vector)
            #expect(try buffer == bytes(hex: plaintext))
        }
    }

    @Test("one cipher serves several keys in turn")
    func keysInTurn() throws {
        var cipher = try AES256CBC()
        var random = RandomSource.seeded(11)
        let keys: [AES256CBC.Key] = (0..<4).map { _ in random.bytes() }
        let message = random.bytes(count: 160)
        var sealed: [[UInt8]] = []
        for key in keys {
            var buffer = message
            var span = buffer.mutableSpan
            try cipher.encrypt(inPlace: &span, key: key, initialVector: vector)
            sealed.append(buffer)
        }
        #expect(Set(sealed).count == keys.count)
        for (key, sealed) in zip(keys, sealed).reversed() {
            var buffer = sealed
            var span = buffer.mutableSpan
            try cipher.decrypt(inPlace: &span, key: key, initialVector: vector)
            #expect(buffer == message)
        }
    }

    @Test("what is not whole blocks is refused and left as it was", arguments: [1, 15, 17, 31, 33])
    func notWholeBlocks(count: Int) throws {
        var cipher = try AES256CBC()
        let original = [UInt8](repeating: 7, count: count)
        var buffer = original
        #expect(throws: CryptoError.notWholeBlocks(byteCount: count)) {
            var span = buffer.mutableSpan
            try cipher.decrypt(inPlace: &span, key: key, initialVector: vector)
        }
        #expect(buffer == original)
    }

    @Test("nothing decrypts to nothing")
    func empty() throws {
        var cipher = try AES256CBC()
        var buffer: [UInt8] = []
        var span = buffer.mutableSpan
        try cipher.decrypt(inPlace: &span, key: key, initialVector: vector)
        #expect(buffer.isEmpty)
    }
}
