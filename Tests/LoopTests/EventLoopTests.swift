// The executor: order, timers in virtual time, waiting and being woken.

import TestBasics
import TestSupport
import Testing

@testable import Loop

@Suite struct EventLoopTests {
    @Test("sleeping for a day takes a day of virtual time and wall time moves along")
    func virtualSleep() async throws {
        try await onVirtualLoop { loop in
            let before = loop.now
            await loop.sleep(until: before + .seconds(86_400))
            #expect(loop.now - before == .seconds(86_400))
            #expect(loop.wallMilliseconds == 1_700_000_000_000 + 86_400_000)
        }
    }

    @Test("timers fire by due time, and in the order they were set when due together")
    func timerOrder() async throws {
        try await onVirtualLoop { loop in
            var fired: [Int] = []
            let start = loop.now
            for (index, seconds) in [3, 1, 2, 1, 3].enumerated() {
                loop.schedule(at: start + .seconds(seconds)) { fired.append(index) }
            }
            await loop.sleep(until: start + .seconds(4))
            #expect(fired == [1, 3, 2, 0, 4])
        }
    }

    @Test("a cancelled timer does not fire and holds nobody up")
    func cancelledTimer() async throws {
        try await onVirtualLoop { loop in
            var fired = false
            let timer = loop.schedule(at: loop.now + .seconds(1)) { fired = true }
            timer.cancel()
            await loop.sleep(until: loop.now + .seconds(2))
            #expect(!fired)
        }
    }

    @Test("cancelling a sleeping task ends its sleep early")
    func cancelledSleep() async throws {
        try await onVirtualLoop { loop in
            let done = Gate()
            var wake = Wake.ready
            let sleeper = loop.spawn {
                wake = await loop.sleep(until: .never)
                done.open()
            }
            sleeper.cancel()
            _ = await done.wait()
            #expect(wake == .cancelled)
        }
    }

    @Test("a gate opened before the wait is remembered, once")
    func gateRemembers() async throws {
        try await onVirtualLoop { loop in
            let gate = Gate()
            gate.open(.timedOut)
            #expect(await gate.wait() == .timedOut)
            loop.schedule(at: loop.now + .seconds(1)) { gate.open() }
            #expect(await gate.wait() == .ready)
        }
    }

    @Test("a time-out for each of a hundred thousand requests leaves no hundred thousand timers")
    func timerHeapStaysSmall() {
        var heap = TimerHeap()
        let kept = heap.schedule(at: Instant(nanoseconds: 7)) {}
        for request in 0..<100_000 { heap.schedule(at: Instant(nanoseconds: Int64(100 + request))) {}.cancel() }
        #expect(heap.count < 200)
        #expect(heap.nextDue() == kept.due)
    }

    @Test("a task that waits for the next turn lets a timer of this turn go first")
    func nextTurn() async throws {
        try await onVirtualLoop { loop in
            var order: [String] = []
            loop.schedule(at: loop.now) { order.append("timer") }
            await loop.nextTurn()
            order.append("task")
            #expect(order == ["timer", "task"])
        }
    }

    @Test("the timer heap agrees with a sorted array on random schedules")
    func timerHeapTwin() {
        var random = SplitMix64(seed: Seed.ofThisRun)
        var heap = TimerHeap()
        var twin: [(due: Int64, order: Int)] = []
        var fired: [Int] = []
        for order in 0..<500 {
            let due = Int64(random.below(100))
            let timer = heap.schedule(at: Instant(nanoseconds: due)) { fired.append(order) }
            if random.chance(25) { timer.cancel() } else { twin.append((due, order)) }
        }
        while let action = heap.popDue(at: .never) { action() }
        let expected = twin.sorted { ($0.due, $0.order) < ($1.due, $1.order) }.map(\.order)
        #expect(fired == expected, "\(Seed.note)")
    }
}
