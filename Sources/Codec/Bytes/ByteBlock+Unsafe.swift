// Looking for bytes sixteen at a time. Documents are mostly bytes that say nothing to the one who scans them (letters, ASCII,
// base64); asking about a whole block of them costs little more than asking about one byte. Unsafe are the load, whose range is
// checked, and looking at a vector as two words.

/// Bytes as they stand behind one another.
@usableFromInline package typealias ByteBlock = SIMD16<UInt8>
/// Which bytes of a block are what was asked about.
@usableFromInline package typealias ByteFlags = SIMDMask<SIMD16<Int8>>

extension ByteBlock {
    @inlinable @inline(__always)
    package func equals(_ byte: UInt8) -> ByteFlags { self .== Self(repeating: byte) }

    @inlinable @inline(__always)
    package func isBelow(_ byte: UInt8) -> ByteFlags { self .< Self(repeating: byte) }

    @inlinable @inline(__always)
    package var isNotASCII: ByteFlags { self .>= Self(repeating: 0x80) }
}

extension Span where Element == UInt8 {
    /// The index of the first byte from `start` that `flags` marks in its block; `count` if there is none.
    @inlinable @inline(__always)
    package func firstIndex(from start: Int, where flags: (_ block: ByteBlock) -> ByteFlags) -> Int {
        var index = start
        while index &+ 16 <= count {
            if let place = Self.firstPlace(in: flags(block(at: index))) { return index &+ place }
            index &+= 16
        }
        guard index < count, let place = Self.firstPlace(in: flags(lastBlock(from: index))) else { return count }
        return Swift.min(count, index &+ place)
    }

    @inlinable @inline(__always)
    static func firstPlace(in flags: ByteFlags) -> Int? {
        let words = unsafe unsafeBitCast(flags, to: SIMD2<UInt64>.self)
        if words[0] != 0 { return words[0].trailingZeroBitCount / 8 }
        return words[1] != 0 ? 8 &+ words[1].trailingZeroBitCount / 8 : nil
    }

    @inlinable @inline(__always)
    func block(at index: Int) -> ByteBlock {
        let bytes = extracting(index..<(index &+ 16))
        return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: ByteBlock.self) }
    }

    /// The fewer than sixteen bytes from `index` to the end, filled up with a letter, which nobody looks for.
    @inlinable
    func lastBlock(from index: Int) -> ByteBlock {
        let left = count &- index
        let words =
            left > 8
            ? SIMD2(word(at: index), lastWord(from: index &+ 8)) : SIMD2(lastWord(from: index), Self.letters)
        return unsafe unsafeBitCast(words, to: ByteBlock.self)
    }

    /// The eight bytes from `index`, the first one lowest.
    @inlinable @inline(__always)
    func word(at index: Int) -> UInt64 {
        let bytes = extracting(index..<(index &+ 8))
        return unsafe bytes.withUnsafeBytes { unsafe UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    /// The one to eight bytes from `index` to the end, filled up with letters.
    @inlinable
    func lastWord(from index: Int) -> UInt64 {
        let left = UInt64(truncatingIfNeeded: count &- index)
        if left == 8 { return word(at: index) }
        let filler = Self.letters << (8 &* left)
        // A longer text is read from its end; of a shorter one each byte.
        if count >= 8 { return word(at: count &- 8) >> (64 &- 8 &* left) | filler }
        var word: UInt64 = 0
        var place = count
        while place > index {
            place &-= 1
            word = word << 8 | UInt64(self[place])
        }
        return word | filler
    }

    @inlinable
    static var letters: UInt64 { 0x6161_6161_6161_6161 }
}
