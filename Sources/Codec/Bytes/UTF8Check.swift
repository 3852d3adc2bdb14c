// Whether bytes are UTF-8 in the strict sense of RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. Raw
// bodies of events and every string of a document pass through it. Runs of ASCII are passed a block at a time, the rest a
// character at a time: with Chinese text that is several times as fast as the standard library, which names the flaw.

package enum UTF8Check {
    package static func isValid(_ bytes: Span<UInt8>) -> Bool {
        firstFlaw(in: bytes) == nil
    }

    /// The first bytes that are not UTF-8, or `nil`. The range is what one replacement character stands for: the longest
    /// part that could have begun a character, else one byte.
    package static func firstFlaw(in bytes: Span<UInt8>, from start: Int = 0) -> Range<Int>? {
        var index = start
        while true {
            index = bytes.firstIndex(from: index, where: { $0.isNotASCII })
            if index == bytes.count { return nil }
            repeat {
                let length = isCommonCharacter(in: bytes, at: index) ? 3 : characterLength(in: bytes, at: index)
                guard length > 0 else { return flaw(in: bytes, at: index) }
                index &+= length
            } while index < bytes.count && bytes[index] >= 0x80
        }
    }

    /// Whether a character of three bytes begins at `index`, such as nearly all Chinese ones are; those whose first byte allows
    /// only some second bytes are left to the question that asks about all.
    @inline(__always)
    private static func isCommonCharacter(in bytes: Span<UInt8>, at index: Int) -> Bool {
        guard index &+ 8 <= bytes.count else { return false }
        let word = bytes.word(at: index)
        return word & 0xC0_C0F0 == 0x80_80E0 && word & 0x0F != 0x0 && word & 0x0F != 0x0D
    }

    /// The length of the character beyond ASCII that begins at `index`; 0 if none does (RFC 3629, 4).
    @inline(__always)
    private static func characterLength(in bytes: Span<UInt8>, at index: Int) -> Int {
        let first = bytes[index]
        let left = bytes.count &- index
        guard left >= 2 else { return 0 }
        let second = bytes[index &+ 1]
        switch first {
        case 0xC2...0xDF: return isTail(second) ? 2 : 0
        case 0xE0...0xEF:
            guard left >= 3, isTail(second), isTail(bytes[index &+ 2]) else { return 0 }
            if first == 0xE0 { return second >= 0xA0 ? 3 : 0 }
            if first == 0xED { return second <= 0x9F ? 3 : 0 }
            return 3
        case 0xF0...0xF4:
            guard left >= 4, isTail(second), isTail(bytes[index &+ 2]), isTail(bytes[index &+ 3]) else { return 0 }
            if first == 0xF0 { return second >= 0x90 ? 4 : 0 }
            if first == 0xF4 { return second <= 0x8F ? 4 : 0 }
            return 4
        default: return 0
        }
    }

    @inline(__always)
    private static func isTail(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    private static func flaw(in bytes: Span<UInt8>, at index: Int) -> Range<Int> {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.extracting(index..<bytes.count))
            preconditionFailure("the standard library finds no flaw where this one does")
        } catch {
            return (index + error.byteOffsets.lowerBound)..<(index + error.byteOffsets.upperBound)
        }
    }
}
