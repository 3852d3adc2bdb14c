// Buckets in virtual time, against a twin that counts in whole numbers and remembers everything.

import Language
import Loop
import TestBasics
import Testing

@testable import Limits

/// Units of a token's nanoseconds, so that nothing is rounded.
private struct NaiveBucket {
    private var units: Int128
    private var at = Instant(nanoseconds: 0)

    init(of rate: Rate) { units = Self.capacity(rate) }

    private static func capacity(_ rate: Rate) -> Int128 { Int128(rate.count) * Self.token(rate) }
    private static func token(_ rate: Rate) -> Int128 { Int128(rate.period.duration.nanoseconds) }

    /// Whether there is a token, and how far that was from being otherwise, in nanoseconds.
    mutating func take(of rate: Rate, at now: Instant) -> (isAdmitted: Bool, margin: Int128) {
        units = min(Self.capacity(rate), units + Int128((now - at).nanoseconds) * Int128(rate.count))
        at = now
        let margin = (units - Self.token(rate)) / Int128(max(1, rate.count))
        guard units >= Self.token(rate) else { return (false, -margin) }
        units -= Self.token(rate)
        return (true, margin)
    }
}

@Suite struct TokenBucketTests {
    private static let rates = [
        Rate(count: 1, period: .second), Rate(count: 3, period: .second), Rate(count: 100, period: .second),
        Rate(count: 7, period: .minute), Rate(count: 6000, period: .minute), Rate(count: 1000, period: .hour),
        Rate(count: 10, period: .day), Rate(count: 1_000_000_000, period: .second),
    ]

    @Test("a bucket decides as its twin does, whenever it is asked", arguments: rates)
    func twin(rate: Rate) {
        let seed = Seed.ofThisRun
        var random = SplitMix64(seed: seed)
        var now = Instant(nanoseconds: 0)
        var bucket = TokenBucket(of: rate, at: now)
        var naive = NaiveBucket(of: rate)
        let interval = max(1, rate.period.duration.nanoseconds / Int64(rate.count))
        for step in 0..<20_000 {
            // Bursts, and pauses around the time that a token takes.
            if Int.random(in: 0..<3, using: &random) == 0 {
                now = now + .nanoseconds(Int64.random(in: 0...interval * 3, using: &random))
            }
            let expected = naive.take(of: rate, at: now)
            let isAdmitted = bucket.take(of: rate, at: now)
            // Within a microsecond of a token's coming the two may differ, and then go on from different states.
            if isAdmitted != expected.isAdmitted {
                #expect(expected.margin <= 1000, "step \(step) of \(rate), seed \(seed)")
                bucket = TokenBucket(of: rate, at: now)
                naive = NaiveBucket(of: rate)
                now = now + .nanoseconds(1)
            }
        }
    }

    @Test(
        "no window of time lets more through than the bucket holds and what refills in it", arguments: rates.prefix(7))
    func windows(rate: Rate) {
        let seed = Seed.ofThisRun
        var random = SplitMix64(seed: seed)
        var now = Instant(nanoseconds: 0)
        var bucket = TokenBucket(of: rate, at: now)
        let interval = rate.period.duration.nanoseconds / Int64(rate.count)
        var admitted: [Instant] = []
        while admitted.count < 3 * min(rate.count, 500) + 20 {
            now = now + .nanoseconds(Int64.random(in: 0...interval, using: &random))
            if bucket.take(of: rate, at: now) { admitted.append(now) }
        }
        for first in admitted.indices {
            for last in admitted.indices[first...] {
                let refilled = Double((admitted[last] - admitted[first]).nanoseconds) / Double(interval)
                guard Double(last - first + 1) > Double(rate.count) + refilled + 0.001 else { continue }
                Issue.record("\(last - first + 1) of \(rate) within \(refilled) tokens' time, seed \(seed)")
                return
            }
        }
    }

    @Test("a refusal says when there is a token, and then there is one", arguments: rates)
    func retryAfter(rate: Rate) {
        var now = Instant(nanoseconds: 5)
        var bucket = TokenBucket(of: rate, at: now)
        for _ in 0..<min(rate.count, 10_000) where rate.count <= 10_000 {
            let isAdmitted = bucket.take(of: rate, at: now)
            #expect(isAdmitted)
        }
        guard rate.count <= 10_000 else { return }
        for _ in 0..<20 {
            let verdict = bucket.ask(of: rate, at: now)
            #expect(!verdict.isAdmitted && verdict.remaining == 0 && verdict.retryAfter > .zero)
            now = now + verdict.retryAfter + .nanoseconds(1)
            let isAdmittedThen = bucket.take(of: rate, at: now)
            #expect(isAdmittedThen, "\(rate)")
        }
    }

    @Test("what is left is what is left after the request")
    func remaining() {
        let rate = Rate(count: 3, period: .minute)
        let now = Instant(nanoseconds: 0)
        var bucket = TokenBucket(of: rate, at: now)
        let verdicts = (0..<5).map { _ in bucket.ask(of: rate, at: now) }
        #expect(verdicts.map(\.remaining) == [2, 1, 0, 0, 0])
        #expect(verdicts.map(\.isAdmitted) == [true, true, true, false, false])
        #expect(verdicts.map(\.resetSeconds) == [20, 40, 60, 60, 60])
    }

    @Test("a reload that lowers the rate takes tokens away, one that raises it lets them come")
    func change() {
        let now = Instant(nanoseconds: 0)
        var bucket = TokenBucket(of: Rate(count: 100, period: .second), at: now)
        let few = Rate(count: 2, period: .second)
        let first = (0..<5).map { _ in bucket.take(of: few, at: now) }
        #expect(first == [true, true, false, false, false])
        let many = Rate(count: 10, period: .second)
        let later = now + .milliseconds(301)
        let second = (0..<5).map { _ in bucket.take(of: many, at: later) }
        #expect(second == [true, true, true, false, false])
    }
}

@Suite struct BoundedTableTests {
    @Test("however many keys come, the table has at most as many as it may, and the latest half is remembered")
    func bounded() {
        var table = BoundedTable<Int, Int>(countMax: 1000)
        for key in 0..<100_000 {
            table.use(key, or: 0) { $0 += 1 }
            if table.count > 1000 { Issue.record("\(table.count) entries") }
        }
        for key in 99_501..<100_000 {
            let uses = table.use(key, or: 0) { $0 }
            #expect(uses == 1)
        }
        let uses = table.use(5, or: 7) { $0 }
        #expect(uses == 7, "forgotten long ago")
    }

    @Test("what is used again and again is never forgotten")
    func recency() {
        var table = BoundedTable<Int, Int>(countMax: 100)
        for key in 0..<10_000 {
            table.use(-1, or: 0) { $0 += 1 }
            table.use(key, or: 0) { $0 += 1 }
        }
        let uses = table.use(-1, or: 0) { $0 }
        #expect(uses == 10_000)
    }
}
