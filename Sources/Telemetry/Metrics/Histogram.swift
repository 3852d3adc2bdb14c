// How long something took, counted in fixed buckets. One table of bounds serves every histogram, so that they can be
// laid over each other in a dashboard.

import Synchronization

package final class Histogram: Sendable {
    /// Upper bounds, 50 µs to 10 s in steps of 1–2.5–5: a callback's append takes hundreds of microseconds, WeCom gives
    /// up after 5 s, a tenant's answer may take 10 s and more.
    static let bounds: [Bound] = [
        Bound(microseconds: 50), Bound(microseconds: 100), Bound(microseconds: 250), Bound(microseconds: 500),
        Bound(microseconds: 1000), Bound(microseconds: 2500), Bound(microseconds: 5000),
        Bound(microseconds: 10_000), Bound(microseconds: 25_000), Bound(microseconds: 50_000),
        Bound(microseconds: 100_000), Bound(microseconds: 250_000), Bound(microseconds: 500_000),
        Bound(microseconds: 1_000_000), Bound(microseconds: 2_500_000), Bound(microseconds: 5_000_000),
        Bound(microseconds: 10_000_000),
    ]

    /// What an observation is compared with, without the labels' reference counts.
    private static let limits = bounds.map(\.nanoseconds)

    struct Bound: Sendable {
        let nanoseconds: Int64
        /// The value of the label `le`.
        let label: String

        init(microseconds: Int64) {
            nanoseconds = microseconds * 1000
            label = Duration.microseconds(microseconds).secondsText
        }
    }

    /// One count a bucket, not cumulative (that is the renderer's), and the last one for what is above all bounds.
    private let counts: InlineArray<18, Atomic<UInt64>>
    /// Enough for 584 years of observed time.
    private let nanoseconds = Atomic<UInt64>(0)

    init() {
        counts = InlineArray { _ in Atomic(0) }
        precondition(counts.count == Self.bounds.count + 1)
    }

    /// A negative time (a clock that was set back) counts as zero.
    package func observe(_ elapsed: Duration) {
        let observed = Self.nanoseconds(elapsed)
        // Most observations are short, so the search from the front ends after a few steps.
        var bucket = 0
        let limits = Self.limits
        while bucket < limits.count, observed > limits[bucket] { bucket += 1 }
        counts[bucket].wrappingAdd(1, ordering: .relaxed)
        nanoseconds.wrappingAdd(UInt64(observed), ordering: .relaxed)
    }

    private static func nanoseconds(_ elapsed: Duration) -> Int64 {
        // Up to nine seconds, which is nearly all there is, without a division of 128 bits.
        if let short = Int64(exactly: elapsed.attoseconds) { return max(0, short / 1_000_000_000) }
        let (seconds, attoseconds) = elapsed.components
        if seconds < 0 { return 0 }
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return isTooLong ? .max / 2 : whole &+ attoseconds / 1_000_000_000
    }

    /// What the buckets held at one moment. The count is the buckets' sum rather than a number of its own, so the two
    /// agree even while other loops observe.
    func snapshot() -> Snapshot {
        var cumulative: [UInt64] = []
        var count: UInt64 = 0
        for bucket in counts.indices {
            count &+= counts[bucket].load(ordering: .relaxed)
            cumulative.append(count)
        }
        return Snapshot(
            cumulative: cumulative, sum: .nanoseconds(Int64(clamping: nanoseconds.load(ordering: .relaxed))))
    }

    struct Snapshot {
        let cumulative: [UInt64]
        let sum: Duration
        var count: UInt64 { cumulative.last ?? 0 }
    }
}
