// Looking for bytes eight at a time. Documents are mostly bytes that say nothing to the one who scans them (letters, ASCII,
// base64); asking about a whole word of them costs what asking about one byte does. "SIMD within a register", after
// Hacker's Delight, 6-1: the tests below flag the highest bit of each byte that fits; only the first flag of a word is exact.

package enum ByteWord {
    // Computed, so that other modules inline them as the constants they are.
    @inlinable @inline(__always)
    package static var ones: UInt64 { 0x0101_0101_0101_0101 }
    @inlinable @inline(__always)
    package static var highBits: UInt64 { 0x8080_8080_8080_8080 }

    @inlinable @inline(__always)
    package static func isNotASCII(_ word: UInt64) -> UInt64 { word & highBits }

    @inlinable @inline(__always)
    package static func equals(_ byte: UInt8, _ word: UInt64) -> UInt64 {
        let difference = word ^ (ones &* UInt64(byte))
        return (difference &- ones) & ~difference & highBits
    }

    /// - byte: at most 0x80.
    @inlinable @inline(__always)
    package static func isBelow(_ byte: UInt8, _ word: UInt64) -> UInt64 {
        (word &- ones &* UInt64(byte)) & ~word & highBits
    }
}

extension Span where Element == UInt8 {
    /// The index of the first byte from `start` that `flags` marks in its word; `count` if there is none.
    @inlinable @inline(__always)
    package func firstIndex(from start: Int, where flags: (_ word: UInt64) -> UInt64) -> Int {
        var index = start
        while index &+ 8 <= count {
            let found = flags(word(at: index))
            if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
            index &+= 8
        }
        guard index < count else { return count }
        let found = flags(lastWord(from: index))
        return found == 0 ? count : Swift.min(count, index &+ found.trailingZeroBitCount / 8)
    }

    /// The eight bytes from `index`, the first one lowest. The compiler makes one load of it.
    @inlinable @inline(__always)
    package func word(at index: Int) -> UInt64 {
        let bytes = extracting(index..<(index &+ 8))
        let low = UInt64(bytes[0]) | UInt64(bytes[1]) << 8 | UInt64(bytes[2]) << 16 | UInt64(bytes[3]) << 24
        let high = UInt64(bytes[4]) << 32 | UInt64(bytes[5]) << 40 | UInt64(bytes[6]) << 48 | UInt64(bytes[7]) << 56
        return low | high
    }

    /// The fewer than eight bytes from `index` to the end, filled up with a letter, which nobody looks for.
    @inlinable
    package func lastWord(from index: Int) -> UInt64 {
        var word: UInt64 = 0x6161_6161_6161_6161
        var place = count
        while place > index {
            place &-= 1
            word = word << 8 | UInt64(self[place])
        }
        return word
    }
}
