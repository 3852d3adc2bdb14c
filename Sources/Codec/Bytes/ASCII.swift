// Questions about ASCII text that is still bytes: names compared without regard to case, decimal numbers. For field values
// on their way from a document to an event, before any `String` is made.

package enum ASCII {
    /// Whether both are the same bytes.
    package static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    /// Whether both are the same but for the case of ASCII letters; other bytes must be equal.
    package static func equalIgnoringCase(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where lowercased(left[index]) != lowercased(right[index]) { return false }
        return true
    }

    @inline(__always)
    package static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// The integer that `text` writes in decimal: an optional `-`, then digits and nothing else. `nil` if it is empty,
    /// something else or beyond 64 bits.
    package static func decimal(_ text: Span<UInt8>) -> Int64? {
        let isNegative = text.count > 0 && text[0] == 0x2D
        let first = isNegative ? 1 : 0
        guard text.count > first else { return nil }
        // Summed below zero, since only there Int64.min fits.
        var value: Int64 = 0
        for index in first..<text.count {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isOverflown) = tenfold.subtractingReportingOverflow(Int64(digit))
            if isTooLarge || isOverflown { return nil }
            value = sum
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }
}
