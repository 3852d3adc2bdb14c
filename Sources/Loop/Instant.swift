// A point on a loop's clock, and the wall-clock time that goes into records. All time in Weir comes from an `EventLoop`
// (invariant 7), so nothing else in the tree reads a clock.

/// Nanoseconds since an arbitrary start, on a clock that never goes back.
package struct Instant: Comparable, Hashable, Sendable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Later than any instant that a clock reaches (292 years).
    package static let never = Instant(nanoseconds: .max)

    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates at `.never`.
    package static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(duration.nanoseconds)
        return overflow ? .never : Instant(nanoseconds: sum)
    }

    package static func - (later: Instant, earlier: Instant) -> Duration {
        .nanoseconds(later.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds).partialValue)
    }
}

extension Duration {
    /// Whole nanoseconds, saturating at the ends of `Int64`.
    package var nanoseconds: Int64 {
        // Up to nine seconds, which is nearly all that is ever measured, without a division of 128 bits.
        if let short = Int64(exactly: attoseconds) { return short / 1_000_000_000 }
        let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return components.seconds < 0 ? .min : .max }
        let (sum, carry) = whole.addingReportingOverflow(components.attoseconds / 1_000_000_000)
        return carry ? .max : sum
    }

    /// Whole milliseconds, rounded down.
    package var milliseconds: Int64 { nanoseconds / 1_000_000 }

    package var seconds: Double { Double(nanoseconds) / 1e9 }
}
