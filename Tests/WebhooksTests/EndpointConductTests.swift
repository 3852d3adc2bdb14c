// When an endpoint may be asked, decided without a clock or a network.

import Loop
import TestBasics
import Testing

@testable import Webhooks

@Suite final class EndpointConductTests {
    private static let breakerAfter = 10
    private var conduct = EndpointConduct()
    private var now = Instant(nanoseconds: 1_000_000_000)

    /// One attempt that may begin now.
    @discardableResult
    private func attempt(
        _ ending: EndpointConduct.Ending, retryAfter: Duration? = nil, chance: Double = 0.5
    ) -> Bool {
        let attempt = begin()
        return conduct.end(
            attempt, ending, breakerAfter: Self.breakerAfter, retryAfter: retryAfter, at: now, chance: chance)
    }

    private func begin() -> EndpointConduct.Attempt { conduct.begin(at: now) }

    /// Whether the breaker opened.
    @discardableResult
    private func end(_ attempt: EndpointConduct.Attempt, _ ending: EndpointConduct.Ending, retryAfter: Duration? = nil)
        -> Bool
    { conduct.end(attempt, ending, breakerAfter: Self.breakerAfter, retryAfter: retryAfter, at: now, chance: 0.3) }

    private func open() {
        for _ in 1..<Self.breakerAfter { attempt(.failed) }
        #expect(attempt(.failed))
    }

    @Test("so many failures in a row open the breaker, and one less does not")
    func inARow() {
        for _ in 1..<Self.breakerAfter { #expect(!attempt(.failed)) }
        #expect(!conduct.isOpen && conduct.earliest <= now)
        attempt(.delivered)
        for _ in 1..<Self.breakerAfter { #expect(!attempt(.failed)) }
        #expect(attempt(.failed) && conduct.isOpen)
        #expect(conduct.earliest - now == EndpointConduct.firstPause)
    }

    @Test("half of many failing opens it too, though never many in a row; of few it does not, nor after a while")
    func often() {
        for number in 1..<2 * Self.breakerAfter {
            #expect(!attempt(number.isMultiple(of: 2) ? .failed : .delivered))
        }
        let (before, then) = (conduct, now)
        now = now + .seconds(90)
        #expect(!attempt(.failed))
        (conduct, now) = (before, then)
        #expect(attempt(.failed))
    }

    @Test("an open one lets a single probe through; delivered, it closes and begins with one at a time")
    func probe() {
        open()
        now = conduct.earliest
        let probe = begin()
        #expect(probe.isProbe && conduct.earliest == .never)
        end(probe, .delivered)
        #expect(!conduct.isOpen && conduct.earliest <= now && conduct.concurrency(of: 8) == 1)
        attempt(.delivered)
        #expect(conduct.concurrency(of: 8) == 2)
        for _ in 0..<40 { attempt(.delivered) }
        #expect(conduct.concurrency(of: 8) == 8)
    }

    @Test("a probe that fails means a longer pause, up to five minutes, spread by a fifth to both sides")
    func pauses() {
        open()
        var pauses: [Duration] = []
        for _ in 0..<8 {
            now = conduct.earliest
            attempt(.failed)
            pauses.append(conduct.earliest - now)
        }
        #expect(pauses == [10, 20, 40, 80, 160, 300, 300, 300].map { .seconds($0) })
        now = conduct.earliest
        attempt(.failed, chance: 0)
        #expect(conduct.earliest - now == .seconds(240))
        attempt(.delivered)
        open()
        #expect(
            conduct.earliest - now == EndpointConduct.firstPause, "what was delivered ends the row of pauses")
    }

    @Test("a probe that was not sent after all leaves its place to another")
    func unusedProbe() {
        open()
        now = conduct.earliest
        attempt(.unused)
        #expect(conduct.earliest <= now && begin().isProbe)
    }

    @Test("failures of attempts that began before it opened neither open it again nor end the probe")
    func late() {
        let early = begin()
        open()
        let until = conduct.earliest
        #expect(!end(early, .failed) && conduct.earliest == until)
        now = until
        _ = begin()
        #expect(!end(early, .failed) && conduct.earliest == .never)
    }

    @Test(
        "too much to do halves what is under way, then spaces attempts; what is delivered undoes both, little by little"
    )
    func pace() {
        conduct.attemptsAtOnce = 8
        attempt(.overloaded)
        #expect(conduct.concurrency(of: 8) == 4)
        now = now + .milliseconds(1)
        attempt(.overloaded)
        now = now + .milliseconds(1)
        attempt(.overloaded)
        #expect(conduct.concurrency(of: 8) == 1 && conduct.earliest <= now)
        now = now + .milliseconds(1)
        attempt(.overloaded)
        #expect(conduct.earliest - now == .milliseconds(100))
        now = conduct.earliest
        attempt(.overloaded)
        #expect(conduct.earliest - now == .milliseconds(200))
        now = conduct.earliest
        attempt(.delivered)
        #expect(conduct.earliest - now == .milliseconds(100))
        for _ in 0..<60 { attempt(.delivered) }
        #expect(conduct.earliest <= now && conduct.concurrency(of: 8) == 8)
    }

    @Test("eight that are told together to slow down are one slowdown")
    func together() {
        let attempts = (0..<8).map { _ in begin() }
        conduct.attemptsAtOnce = 8
        now = now + .milliseconds(5)
        for attempt in attempts { end(attempt, .overloaded) }
        #expect(conduct.concurrency(of: 8) == 4)
    }

    @Test("the pause a receiver asks for holds for all, up to an hour, and is not shortened by a later wish")
    func askedPause() {
        attempt(.overloaded, retryAfter: .seconds(60))
        attempt(.failed, retryAfter: .seconds(5))
        #expect(conduct.earliest - now == .seconds(60))
        attempt(.failed, retryAfter: .seconds(1_000_000))
        #expect(conduct.earliest - now == .seconds(3600))
    }

    @Test("whatever happens, there is at most one probe at a time, and an end to every pause")
    func random() {
        var random = SplitMix64(seed: Seed.ofThisRun)
        var underWay: [EndpointConduct.Attempt] = []
        for _ in 0..<20_000 {
            let earliest = conduct.earliest
            let isProbing = underWay.contains { $0.isProbe }
            if earliest == .never {
                #expect(isProbing, "\(Seed.note)")
            } else {
                #expect(earliest - now <= .seconds(3600), "\(Seed.note)")
            }
            if earliest <= now, underWay.count < conduct.concurrency(of: 8) {
                let next = begin()
                #expect(!(next.isProbe && isProbing), "\(Seed.note)")
                underWay.append(next)
            } else if !underWay.isEmpty {
                let ended = underWay.remove(at: random.below(underWay.count))
                let ending = random.pick([EndpointConduct.Ending.delivered, .failed, .failed, .overloaded, .unused])
                let wish: Duration? = random.chance(5) ? .seconds(random.below(9000)) : nil
                end(ended, ending, retryAfter: wish)
            } else {
                now = earliest
            }
            if random.chance(20) { now = now + .milliseconds(random.below(3000)) }
        }
    }
}
