// Permits of one endpoint, handed from attempt to attempt.

import Language
import Loop
import Synchronization
import Testing

@testable import Webhooks

@Suite struct EndpointPermitsTests {
    private final class Loop: EndpointPermits.Waiter {
        let had = Mutex<(granted: [EndpointConduct.Attempt], asked: Int)>(([], 0))

        func granted(_ permits: EndpointPermits, _ attempt: EndpointConduct.Attempt) {
            had.withLock { $0.granted.append(attempt) }
        }
        func shouldAskAgain(_ endpoint: String) { had.withLock { $0.asked += 1 } }

        var granted: Int { had.withLock { $0.granted.count } }
        var asked: Int { had.withLock { $0.asked } }
    }

    private let permits = EndpointPermits(endpoint: "acme/crm")
    private let now = Instant(nanoseconds: 1_000_000_000)

    private func take(_ terms: EndpointPermits.Terms, for loop: Loop, at time: Instant? = nil) -> EndpointConduct
        .Attempt?
    {
        if case .granted(let attempt) = permits.take(terms, at: time ?? now, for: loop) { attempt } else { nil }
    }

    private func end(_ attempt: EndpointConduct.Attempt, _ ending: EndpointConduct.Ending, wall: Int64 = 0)
        -> EndpointPermits.Turn
    {
        permits.end(attempt, ending, breakerAfter: 10, disableAfter: .seconds(600), at: now, wall: wall)
    }

    @Test("who waits gets the permit that is given back, in turn")
    func handing() throws {
        let (first, second) = (Loop(), Loop())
        let terms = EndpointPermits.Terms(concurrency: 1)
        let attempt = try #require(take(terms, for: first))
        #expect(take(terms, for: second) == nil && take(terms, for: first) == nil)
        #expect(end(attempt, .delivered) == .none)
        #expect(second.granted == 1 && first.granted == 0)
        #expect(end(try #require(second.had.withLock { $0.granted.first }), .unused) == .none)
        #expect(first.granted == 1)
    }

    @Test("the rate is one for all loops, and says when the next one may begin")
    func rate() throws {
        let (first, second) = (Loop(), Loop())
        let terms = EndpointPermits.Terms(concurrency: 8, rate: Rate(count: 2, period: .second))
        #expect(take(terms, for: first) != nil && take(terms, for: second) != nil)
        guard case .later(let due) = permits.take(terms, at: now, for: first) else {
            Issue.record("the rate is not kept")
            return
        }
        #expect(due - now == .milliseconds(500))
        #expect(take(terms, for: second, at: due) != nil && take(terms, for: first, at: due) == nil)
    }

    @Test("loops that wait for the probe of an open breaker are told when it has failed")
    func probe() throws {
        let loops = [Loop(), Loop()]
        let terms = EndpointPermits.Terms(concurrency: 8)
        var turns: [EndpointPermits.Turn] = []
        for _ in 0..<10 {
            turns.append(end(try #require(take(terms, for: loops[0])), .failed))
        }
        #expect(turns.last == .failing(since: 0, isOpen: true) && turns.dropLast().allSatisfy { $0 == .none })
        guard case .later(let due) = permits.take(terms, at: now, for: loops[0]) else {
            Issue.record("the breaker is not open")
            return
        }
        let probe = try #require(take(terms, for: loops[0], at: due))
        #expect(take(terms, for: loops[1], at: due) == nil && take(terms, for: loops[0], at: due) == nil)
        _ = permits.end(probe, .failed, breakerAfter: 10, disableAfter: .seconds(600), at: due, wall: 9)
        #expect(loops.map(\.asked) == [1, 1] && loops.map(\.granted) == [0, 0])
    }

    @Test(
        "failing is worth keeping after a minute, overdue after the time that disables, and over with the first delivery"
    )
    func turns() throws {
        let loop = Loop()
        let terms = EndpointPermits.Terms(concurrency: 8)
        func fail(_ wall: Int64, _ ending: EndpointConduct.Ending = .failed) throws -> EndpointPermits.Turn {
            end(try #require(take(terms, for: loop)), ending, wall: wall)
        }
        #expect(try fail(1000) == .none)
        #expect(try fail(60_999) == .none)
        #expect(try fail(61_000) == .failing(since: 1000, isOpen: false))
        #expect(try fail(70_000) == .none)
        #expect(try fail(601_000) == .overdue(since: 1000))
        #expect(try fail(602_000, .delivered) == .recovered)
        #expect(try fail(603_000) == .none)
        #expect(try fail(604_000, .delivered) == .none, "nothing was kept of it")
    }

    @Test("what another process knows counts here: since when it fails, and that it does no more")
    func learning() throws {
        let loop = Loop()
        let terms = EndpointPermits.Terms(concurrency: 8)
        permits.learn(EndpointState(failingSince: 5))
        #expect(end(try #require(take(terms, for: loop)), .failed, wall: 600_005) == .overdue(since: 5))
        permits.learn(nil)
        #expect(end(try #require(take(terms, for: loop)), .failed, wall: 600_006) == .none)
    }
}
