// Base64, sixteen digits at a time: what an envelope's ciphertext is decoded with. Unsafe are the stores of eight bytes, of which
// six count, into room that the caller has made.

extension Base64 {
    /// The two digits in which the alphabets differ.
    struct LastDigits {
        let plus: UInt8
        let slash: UInt8
    }

    /// Bytes that a store may write behind the last one that counts.
    static let blockSlack = 2

    /// Decodes as many whole blocks as `text` has, and returns how many digits those were; none of what `output` then holds
    /// counts if one of them is no digit, which is what is asked last: it takes as long to decode what is wrong.
    /// - output: must have room for three quarters of the digits and `blockSlack` more.
    static func decodeBlocks(
        of text: Span<UInt8>, digitCount: Int, _ last: LastDigits, into output: inout OutputSpan<UInt8>
    ) -> (digitCount: Int, areAllDigits: Bool) {
        let blockCount = digitCount / 16
        precondition(output.freeCapacity >= blockCount * 12 + blockSlack, "decoding needs room")
        var areDigits = ByteFlags(repeating: true)
        unsafe output.withUnsafeMutableBufferPointer { bytes, count in
            for index in 0..<blockCount {
                let (values, flags) = values(of: text.block(at: index &* 16), last)
                areDigits .&= flags
                let packed = packed(values)
                for half in 0..<2 {
                    let word = (packed[half] << 16).byteSwapped
                    unsafe UnsafeMutableRawBufferPointer(bytes).storeBytes(
                        of: UInt64(littleEndian: word), toByteOffset: count, as: UInt64.self)
                    count &+= 6
                }
            }
        }
        return (blockCount * 16, all(areDigits))
    }

    /// What each digit stands for, and which are digits.
    @inline(__always)
    private static func values(of digits: ByteBlock, _ last: LastDigits) -> (ByteBlock, ByteFlags) {
        let upper = (digits &- UInt8(ascii: "A")).isBelow(26)
        let lower = (digits &- UInt8(ascii: "a")).isBelow(26)
        let number = (digits &- UInt8(ascii: "0")).isBelow(10)
        let plus = digits.equals(last.plus)
        let slash = digits.equals(last.slash)
        var offsets = ByteBlock(repeating: 0)
        offsets.replace(with: 0 &- UInt8(ascii: "A"), where: upper)
        offsets.replace(with: 26 &- UInt8(ascii: "a"), where: lower)
        offsets.replace(with: 52 &- UInt8(ascii: "0"), where: number)
        offsets.replace(with: 62 &- last.plus, where: plus)
        offsets.replace(with: 63 &- last.slash, where: slash)
        return (digits &+ offsets, upper .| lower .| number .| plus .| slash)
    }

    /// Sixteen times six bits as two numbers of 48: neighbours are joined until none are left in a word.
    @inline(__always)
    private static func packed(_ values: ByteBlock) -> SIMD2<UInt64> {
        let pairs = unsafe unsafeBitCast(values, to: SIMD8<UInt16>.self)
        let twelve = (pairs & 0xFF) &<< 6 | pairs &>> 8
        let fours = unsafe unsafeBitCast(twelve, to: SIMD4<UInt32>.self)
        let twentyFour = (fours & 0xFFFF) &<< 12 | fours &>> 16
        let eights = unsafe unsafeBitCast(twentyFour, to: SIMD2<UInt64>.self)
        return (eights & 0xFFFF_FFFF) &<< 24 | eights &>> 32
    }
}
