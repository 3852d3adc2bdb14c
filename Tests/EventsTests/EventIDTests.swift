import TestBasics
import Testing

@testable import Events

struct EventIDTests {
    let now = Timestamp(milliseconds: 1_795_473_180_123) ?? .epoch

    @Test("an id is a prefix and 26 characters of base32")
    func text() {
        #expect(EventID(high: 0, low: 0).description == "evt_00000000000000000000000000")
        #expect(EventID(high: .max, low: .max).description == "evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ")
        // 01ARZ3NDEKTSV4RRFFQ69G5FAV, the ULID specification's own example.
        #expect(
            EventID(high: 0x0156_3e3a_b5d3_d676, low: 0x4c61_efb9_9302_bd5b).description
                == "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV")
    }

    @Test("an id says when it was made")
    func time() {
        var generator = EventIDGenerator()
        var random = SplitMix64(seed: 1)
        let id = generator.next(at: now, using: &random)
        #expect(id.time == now)
    }

    @Test("ids grow, also within a millisecond and when the clock steps back", arguments: [UInt64(1), 2, 3])
    func monotonic(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var generator = EventIDGenerator()
        var milliseconds = now.milliseconds
        var last = generator.next(at: now, using: &random)
        for _ in 0..<5000 {
            milliseconds += [0, 0, 0, 1, 50, -20].randomElement(using: &random) ?? 0
            let moment = try #require(Timestamp(milliseconds: milliseconds))
            let next = generator.next(at: moment, using: &random)
            #expect(last < next, "seed \(seed)")
            #expect(last.description < next.description, "seed \(seed)")
            last = next
        }
    }

    @Test("a millisecond whose random bits are used up goes on in the next one")
    func carry() {
        var generator = EventIDGenerator()
        var ones = Ones()
        let first = generator.next(at: now, using: &ones)
        let second = generator.next(at: now, using: &ones)
        #expect(first < second)
        #expect(second.time == Timestamp(milliseconds: now.milliseconds + 1))
    }

    private struct Ones: RandomNumberGenerator {
        mutating func next() -> UInt64 { .max }
    }
}
