import Crypto
import Testing

@Suite struct AES256GCMTests {
    /// From the GCM submission of McGrew and Viega to NIST, appendix B, test cases 13 to 16: the ones with 256-bit keys and
    /// 96-bit nonces.
    struct Case: Sendable {
        var key: String
        var nonce: String
        var place = ""
        var plaintext = ""
        var sealed: String
    }

    private static let key16 = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
    private static let text15 =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
        + "b16aedf5aa0de657ba637b39"

    @Test(
        "the known answers of the specification",
        arguments: [
            Case(
                key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12),
                sealed: "530f8afbc74536b9a963b4f1c4cb738b"),
            Case(
                key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12),
                plaintext: String(repeating: "00", count: 16),
                sealed: "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
            Case(
                key: key16, nonce: "cafebabefacedbaddecaf888", plaintext: text15 + "1aafd255",
                sealed:
                    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
                    + "c5f61e6393ba7a0abcc9f662898015adb094dac5d93471bdec1a502270e3cc6c"),
            Case(
                key: key16, nonce: "cafebabefacedbaddecaf888", place: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                plaintext: text15,
                sealed:
                    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
                    + "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"),
        ])
    func knownAnswers(sample: Case) throws {
        var cipher = try AES256GCM()
        let place = try bytes(hex: sample.place)
        let plaintext = try bytes(hex: sample.plaintext)
        let expected = try bytes(hex: sample.sealed)
        for _ in 0..<2 {
            let sealed = try cipher.seal(
                plaintext.span, key: try inline(sample.key), nonce: try inline(sample.nonce),
                authenticating: place.span)
            #expect(sealed == expected)
            let opened = try cipher.open(
                sealed.span, key: try inline(sample.key), nonce: try inline(sample.nonce), authenticating: place.span)
            #expect(opened == plaintext)
        }
    }

    @Test("nothing opens once a bit is changed, in another place or under another key, and the next one does")
    func forgeries() throws {
        var cipher = try AES256GCM()
        var random = RandomSource.seeded(7)
        let key: AES256GCM.Key = random.bytes()
        let nonce: AES256GCM.Nonce = random.bytes()
        let place = bytes("tenants/1/secret")
        let text = bytes("a secret")
        let sealed = try cipher.seal(text.span, key: key, nonce: nonce, authenticating: place.span)
        func opens(_ sealed: [UInt8], _ key: AES256GCM.Key, _ nonce: AES256GCM.Nonce, _ place: [UInt8]) throws -> Bool {
            do throws(CryptoError) {
                return try cipher.open(sealed.span, key: key, nonce: nonce, authenticating: place.span) == text
            } catch {
                #expect(error == .notAuthentic)
                return false
            }
        }
        for bit in 0..<(8 * sealed.count) {
            var changed = sealed
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(try !opens(changed, key, nonce, place))
        }
        for count in 0..<sealed.count { #expect(try !opens(Array(sealed.prefix(count)), key, nonce, place)) }
        #expect(try !opens(sealed, random.bytes(), nonce, place))
        #expect(try !opens(sealed, key, random.bytes(), place))
        #expect(try !opens(sealed, key, nonce, bytes("tenants/2/secret")))
        #expect(try !opens(sealed, key, nonce, []))
        #expect(try opens(sealed, key, nonce, place))
    }

    private func inline<let count: Int>(_ hex: String) throws -> InlineArray<count, UInt8> {
        let bytes = try bytes(hex: hex)
        try #require(bytes.count == count)
        return InlineArray { bytes[$0] }
    }
}
