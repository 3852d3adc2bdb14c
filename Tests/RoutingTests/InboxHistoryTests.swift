// Where an inbox is cut, without Redis.

import Redis
import TestBasics
import Testing

@testable import Routing

@Suite struct InboxHistoryTests {
    private func ids(_ range: Range<UInt64>) -> [StreamID] { range.map { StreamID(milliseconds: $0, sequence: 0) } }

    @Test("nothing is cut while all is young and few")
    func nothing() {
        var history = InboxHistory()
        history.add(ids(1000..<1100))
        #expect(history.cut(before: 0, entriesMax: 100) == .zero)
    }

    @Test("what is too old is cut, even if there are few")
    func tooOld() {
        var history = InboxHistory()
        history.add(ids(1000..<1100))
        #expect(history.cut(before: 1050, entriesMax: 1000) == StreamID(milliseconds: 1050, sequence: 0))
    }

    @Test("of any number of entries, those that stay are at most as many as allowed, and nearly as many")
    func tooMany() {
        var random = SplitMix64(seed: Seed.ofThisRun)
        for _ in 0..<200 {
            let max = Int(random.next() % 2000) + 100
            var history = InboxHistory()
            var next: UInt64 = 1
            for _ in 0..<50 {
                let count = random.next() % 300 + 1
                let cut = history.cut(before: 0, entriesMax: max - Int(count))
                let kept = next - Swift.max(1, cut.milliseconds) + (cut.sequence > 0 ? 0 : 1)
                #expect(kept <= Swift.max(0, max - Int(count)) + 64 + 1, "seed \(Seed.ofThisRun)")
                if next > max + 500 { #expect(Int(kept) + Int(count) + 130 >= max, "seed \(Seed.ofThisRun)") }
                history.add(ids(next..<next + count))
                next += count
            }
        }
    }

    @Test("a cut never goes back, whatever the clock does")
    func never() {
        var history = InboxHistory()
        history.add(ids(1000..<3000))
        let first = history.cut(before: 1500, entriesMax: 500)
        #expect(first.milliseconds >= 2400)
        #expect(history.cut(before: 0, entriesMax: 5000) == first)
    }

    @Test("what a router finds is cut bit by bit, not all at once")
    func found() {
        let oldest = StreamID(milliseconds: 1000, sequence: 0)
        let cursor = StreamID(milliseconds: 7400, sequence: 7)
        var history = InboxHistory(oldest: oldest, cursor: cursor, count: 6400)
        #expect(history.cut(before: 0, entriesMax: 6400) == .zero)
        let half = history.cut(before: 0, entriesMax: 3200).milliseconds
        #expect((4100...4400).contains(half))
        #expect(history.cut(before: 0, entriesMax: 0) == StreamID(milliseconds: 7400, sequence: 8))
    }

    @Test("entries that all wait to be routed are not counted")
    func waiting() {
        let oldest = StreamID(milliseconds: 1000, sequence: 0)
        var history = InboxHistory(oldest: oldest, cursor: StreamID(milliseconds: 999, sequence: 0), count: 5000)
        #expect(history.cut(before: 0, entriesMax: 0) == .zero)
    }
}
