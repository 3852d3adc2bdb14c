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
        let end = plaintext.count - (try paddingByteCount(of: plaintext))
        guard end >= headByteCount else { throw .plaintextShort(end) }
        let declared =
            UInt32(plaintext[16]) << 24 | UInt32(plaintext[17]) << 16 | UInt32(plaintext[18]) << 8
            | UInt32(plaintext[19])
        // Compared against what is there instead of added to the offset: 20 + 2^32 - 1 is what the sample in Go overflows
        // on. Both sides are 64 bits wide.
        let available = end - headByteCount
        guard UInt64(declared) <= UInt64(available) else {
            throw .lengthBeyondEnd(declared: declared, available: available)
        }
        let messageEnd = headByteCount + Int(declared)
        return Parts(message: headByteCount..<messageEnd, receiveID: messageEnd..<end)
    }

    /// The last byte says how long the padding is, and every byte of the padding must say the same: a truncated or
    /// wrongly decrypted text is found here and not as a strange receiveid.
    private static func paddingByteCount(of plaintext: Span<UInt8>) throws(EnvelopeFault) -> Int {
        guard let last = plaintext.indices.last else { throw .ciphertextLength(0) }
        let value = plaintext[last]
        guard (1...paddingBlock).contains(Int(value)), Int(value) <= plaintext.count else {
            throw .paddingValue(value)
        }
        for index in (plaintext.count - Int(value))..<last where plaintext[index] != value {
            throw .paddingUneven(value: value)
        }
        return Int(value)
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
