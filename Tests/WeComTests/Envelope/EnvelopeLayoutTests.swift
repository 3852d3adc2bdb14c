import Crypto
import Testing

@testable import WeCom

@Suite struct EnvelopeLayoutTests {
    /// A plaintext with `padding` as its last bytes; the message is all that is left between the head and them.
    private func plaintext(message: Int, declared: UInt32? = nil, receiveID: String = "ww1", padding: [UInt8])
        -> [UInt8]
    {
        let length = declared ?? UInt32(message)
        return [UInt8](repeating: 0x72, count: 16)
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) }
            + [UInt8](repeating: 0x78, count: message) + Array(receiveID.utf8) + padding
    }

    private func fault(_ plaintext: [UInt8]) -> EnvelopeFault? {
        do {
            _ = try EnvelopeLayout.parts(of: plaintext.span)
            return nil
        } catch {
            return error
        }
    }

    @Test("each of the 32 paddings is removed", arguments: 1...32)
    func paddings(count: Int) throws {
        let message = 64 - 20 - 3 - count % 32
        let bytes = plaintext(message: message, padding: .init(repeating: UInt8(count), count: count))
        #expect(bytes.count % 32 == 0)
        let parts = try EnvelopeLayout.parts(of: bytes.span)
        #expect(parts == .init(message: 20..<(20 + message), receiveID: (20 + message)..<(23 + message)))
    }

    @Test(
        "each message length around a block boundary is padded to whole blocks of 32, never by none", arguments: 0...70)
    func pads(length: Int) throws {
        var bytes: [UInt8] = []
        try EnvelopeLayout.append(
            message: .init(repeating: 1, count: length), receiveID: [2, 2], random: InlineArray(repeating: 3),
            to: &bytes)
        #expect(bytes.count % 32 == 0)
        let padding = Int(try #require(bytes.last))
        #expect(padding == bytes.count - 22 - length)
        #expect((1...32).contains(padding))
        #expect(try EnvelopeLayout.parts(of: bytes.span).message == 20..<(20 + length))
    }

    @Test("a last byte of 0 or above 32 is no padding", arguments: [0] + Array(33...255))
    func wrongValue(value: UInt8) {
        let bytes = plaintext(message: 9, padding: .init(repeating: value, count: 32))
        #expect(fault(bytes) == .paddingValue(value))
    }

    @Test("padding with any one byte wrong is refused", arguments: 2...32)
    func unevenPadding(count: Int) {
        for wrong in 0..<(count - 1) {
            var padding = [UInt8](repeating: UInt8(count), count: count)
            padding[wrong] ^= 0x40
            #expect(fault(plaintext(message: 73 - count, padding: padding)) == .paddingUneven(value: UInt8(count)))
        }
    }

    @Test("padding longer than the plaintext is refused")
    func paddingBeyondStart() {
        #expect(fault([UInt8](repeating: 17, count: 16)) == .paddingValue(17))
        #expect(fault([UInt8](repeating: 32, count: 16)) == .paddingValue(32))
        #expect(fault([UInt8](repeating: 16, count: 16)) == .plaintextShort(0))
        #expect(fault([]) == .ciphertextLength(0))
    }

    @Test("less than a head is refused", arguments: 0..<20)
    func short(count: Int) {
        let padding = 32 - count
        let bytes = [UInt8](repeating: 0xee, count: count) + [UInt8](repeating: UInt8(padding), count: padding)
        #expect(fault(bytes) == .plaintextShort(count))
    }

    @Test(
        "a length beyond the end is refused, near 2^31 and 2^32 too",
        arguments: [45, 46, 64, 0x7fff_ffff, 0x8000_0000, 0xffff_ffeb, 0xffff_ffec, 0xffff_ffff] as [UInt32])
    func lengthLies(declared: UInt32) {
        // 41 bytes of message and 3 of receiveid follow the head.
        let bytes = plaintext(message: 41, declared: declared, padding: .init(repeating: 32, count: 32))
        #expect(fault(bytes) == .lengthBeyondEnd(declared: declared, available: 44))
    }

    @Test("a length that takes the receiveid too, or leaves more for it, moves the border only")
    func lengthShifts() throws {
        let whole = plaintext(message: 41, declared: 44, padding: .init(repeating: 32, count: 32))
        #expect(try EnvelopeLayout.parts(of: whole.span) == .init(message: 20..<64, receiveID: 64..<64))
        let none = plaintext(message: 41, declared: 0, padding: .init(repeating: 32, count: 32))
        #expect(try EnvelopeLayout.parts(of: none.span) == .init(message: 20..<20, receiveID: 20..<64))
    }

    @Test("random plaintexts never trap and never give parts outside themselves")
    func garbage() throws {
        let seed: UInt64 = 20_261_123
        var random = RandomSource.seeded(seed)
        var accepted = 0
        for round in 0..<20_000 {
            var bytes = random.bytes(count: Int.random(in: 0...96, using: &random))
            // Every second one gets a good padding and a small length, or nothing but refusals would be tested.
            if round % 2 == 0, bytes.count >= 20 {
                bytes.replaceSubrange(16..<20, with: [0, 0, 0, UInt8.random(in: 0...96, using: &random)])
                let count = Int.random(in: 1...32, using: &random)
                bytes += [UInt8](repeating: UInt8(count), count: count)
            }
            guard let parts = try? EnvelopeLayout.parts(of: bytes.span) else { continue }
            accepted += 1
            #expect(
                parts.message.lowerBound == 20 && parts.message.upperBound == parts.receiveID.lowerBound
                    && parts.receiveID.upperBound < bytes.count, "seed \(seed), round \(round)")
        }
        #expect(accepted > 1000)
    }
}
