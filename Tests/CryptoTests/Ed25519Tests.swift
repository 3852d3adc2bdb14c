import Crypto
import Testing

@Suite struct Ed25519Tests {
    /// RFC 8032, 7.1: the tests 1 to 3.
    private static let samples: [(seed: String, publicKey: String, message: String, signature: String)] = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ]

    private static func bytes(hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    @Test("the known answers of RFC 8032", arguments: samples.indices)
    func knownAnswers(index: Int) throws {
        let sample = Self.samples[index]
        let key = try Ed25519PrivateKey(seed: Self.bytes(hex: sample.seed).span)
        let message = Self.bytes(hex: sample.message)
        let expected = Self.bytes(hex: sample.signature)
        #expect(key.publicKey == Self.bytes(hex: sample.publicKey))
        for _ in 0..<2 { #expect(try key.sign(message.span) == expected) }
    }

    @Test("a signature is right for its message and its key alone, in every bit")
    func verification() throws {
        let key = try Ed25519PrivateKey(seed: [UInt8](repeating: 7, count: 32).span)
        let other = try Ed25519PrivateKey(seed: [UInt8](repeating: 8, count: 32).span)
        let (publicKey, strange) = (key.publicKey, other.publicKey)
        let verifier = try Ed25519PublicKey(publicKey.span)
        let stranger = try Ed25519PublicKey(strange.span)
        let message = Array("id.1614265330.{}".utf8)
        let signature = try key.sign(message.span)
        #expect(isRight(verifier, signature, message))
        #expect(!isRight(stranger, signature, message))
        #expect(!isRight(verifier, signature, message + [0]))
        for bit in 0..<512 {
            var changed = signature
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(!isRight(verifier, changed, message), "bit \(bit)")
        }
        for count in [0, 1, 63] { #expect(!isRight(verifier, Array(signature.prefix(count)), message)) }
        #expect(isRight(verifier, signature, message), "a refusal leaves nothing behind")
    }

    @Test("a key of another length is refused")
    func lengths() {
        for count in [0, 31, 33, 64] {
            let bytes = [UInt8](repeating: 1, count: count)
            #expect(throws: CryptoError.self) { try Ed25519PrivateKey(seed: bytes.span) }
            #expect(throws: CryptoError.self) { try Ed25519PublicKey(bytes.span) }
        }
    }

    private func isRight(_ key: Ed25519PublicKey, _ signature: [UInt8], _ message: [UInt8]) -> Bool {
        key.isSignature(signature.span, of: message.span)
    }
}
