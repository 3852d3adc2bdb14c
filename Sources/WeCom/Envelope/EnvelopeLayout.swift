// The plaintext of an envelope: 16 random bytes, the message's length (4 bytes, big-endian), the message, the receiveid,
// padding to a multiple of 32 (WECOM.md 1.5). Nothing here knows of ciphers; every length is a stranger's claim.

enum EnvelopeLayout {
    /// Random bytes and length.
    static let headByteCount = 20
    /// PKCS#7 with twice the block of AES; a check for 16 refuses half of all messages (WECOM.md, trap 3).
    static let paddingBlock = 32

    /// Where the parts lie in a plaintext.
    struct Parts: Equatable {
        var message: Range<Int>
        var receiveID: Range<Int>
    }

    static func parts(of plaintext: Span<UInt8>) throws(EnvelopeFault) -> Parts {
        let reading = read(plaintext)
        if let fault = reading.fault { throw fault }
        return reading.parts
    }

    /// What a plaintext says, and the first thing that is wrong with it.
    struct Reading {
        /// Within the plaintext whatever it claims; of a faulty one they mean nothing.
        var parts: Parts
        var fault: EnvelopeFault?
    }

    /// Looks at everything before it judges anything. Who has the token but not the key can have any ciphertext opened; if a
    /// wrong padding took less time than a wrong length, that difference would be a padding oracle.
    static func read(_ plaintext: Span<UInt8>) -> Reading {
        let padding = Padding(of: plaintext)
        let end = plaintext.count - padding.byteCount
        let available = max(0, end - headByteCount)
        let declared = declaredByteCount(in: plaintext)
        // Compared against what is there instead of added to the offset: 20 + 2^32 - 1 is what the sample in Go overflows
        // on. Both sides are 64 bits wide.
        let messageEnd = headByteCount + Int(min(UInt64(declared), UInt64(available)))
        let parts = Parts(
            message: min(headByteCount, end)..<min(messageEnd, end), receiveID: min(messageEnd, end)..<end)
        let fault: EnvelopeFault? =
            if let fault = padding.fault {
                fault
            } else if end < headByteCount {
                .plaintextShort(end)
            } else if UInt64(declared) > UInt64(available) {
                .lengthBeyondEnd(declared: declared, available: available)
            } else {
                nil
            }
        return Reading(parts: parts, fault: fault)
    }

    private static func declaredByteCount(in plaintext: Span<UInt8>) -> UInt32 {
        guard plaintext.count >= headByteCount else { return 0 }
        return UInt32(plaintext[16]) << 24 | UInt32(plaintext[17]) << 16 | UInt32(plaintext[18]) << 8
            | UInt32(plaintext[19])
    }

    /// The last byte says how long the padding is, and every byte of the padding must say the same: a truncated or
    /// wrongly decrypted text is found here and not as a strange receiveid.
    private struct Padding {
        /// 0 if the padding is wrong.
        let byteCount: Int
        let fault: EnvelopeFault?

        init(of plaintext: Span<UInt8>) {
            guard let last = plaintext.indices.last else {
                byteCount = 0
                fault = .ciphertextLength(0)
                return
            }
            let value = plaintext[last]
            let isPossible = (1...paddingBlock).contains(Int(value)) && Int(value) <= plaintext.count
            // Always as many bytes, whatever the last one claims; those beyond its claim do not count.
            var differences: UInt8 = 0
            for distance in 1...min(paddingBlock, plaintext.count) {
                let counts: UInt8 = distance <= Int(value) ? 0xff : 0
                differences |= (plaintext[plaintext.count - distance] ^ value) & counts
            }
            byteCount = isPossible && differences == 0 ? Int(value) : 0
            fault = !isPossible ? .paddingValue(value) : differences != 0 ? .paddingUneven(value: value) : nil
        }
    }

    /// Appends a whole plaintext. Text that is aligned already gets 32 bytes of padding: WeCom cannot read a reply
    /// without any (WECOM.md, trap 4).
    static func append(
        message: [UInt8], receiveID: [UInt8], random: InlineArray<16, UInt8>, to plaintext: inout [UInt8]
    ) throws(EnvelopeFault) {
        guard let length = UInt32(exactly: message.count) else { throw .messageLength(message.count) }
        let unpadded = headByteCount + message.count + receiveID.count
        let padding = paddingBlock - unpadded % paddingBlock
        plaintext.reserveCapacity(plaintext.count + unpadded + padding)
        for index in random.indices { plaintext.append(random[index]) }
        for shift in [24, 16, 8, 0] { plaintext.append(UInt8(truncatingIfNeeded: length >> UInt32(shift))) }
        plaintext.append(contentsOf: message)
        plaintext.append(contentsOf: receiveID)
        plaintext.append(contentsOf: repeatElement(UInt8(padding), count: padding))
    }
}
