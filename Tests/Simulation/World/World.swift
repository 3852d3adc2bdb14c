// Virtual time, and whose turn it is. All loops of a simulation live on one thread; the world lets one of them make a turn at a time,
// in an order drawn from the seed, and moves the time when none has anything to do.

import Loop
import TestBasics

final class World {
    /// One loop, and what the world does to it.
    final class Member {
        let loop: EventLoop
        /// What its wall clock is ahead of the world's, in milliseconds.
        var clockError: Int64 = 0
        /// It gets no turn before.
        var stalledUntil = Instant(nanoseconds: 0)

        init(_ loop: EventLoop) { self.loop = loop }
    }

    private struct Happening {
        let due: Instant
        let order: Int
        let action: () -> Void
    }

    private(set) var now = Instant(nanoseconds: 0)
    var random: SplitMix64
    /// Ends the run.
    private(set) var violation: String?
    var isOver = false
    /// What happened, in a number: the same for each run of a seed.
    private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    private(set) var turns = 0
    let trace: Trace?
    private var members: [Member] = []
    /// Latest first.
    private var happenings: [Happening] = []
    private var happened = 0
    private var turnsWithoutTime = 0

    /// Milliseconds since 1970 at which each simulation begins.
    private static let beginning: Int64 = 1_700_000_000_000
    /// Far more turns than any honest work takes at one instant.
    private static let turnsAtOneInstantMax = 20_000

    init(random: SplitMix64, trace: Trace?) {
        self.random = random
        self.trace = trace
    }

    var wallMilliseconds: Int64 { Self.beginning + (now - Instant(nanoseconds: 0)).milliseconds }

    func reading(of member: Member, at instant: Instant) -> ClockReading {
        let wall = Self.beginning + (instant - Instant(nanoseconds: 0)).milliseconds + member.clockError
        return ClockReading(monotonic: instant, wallMilliseconds: wall)
    }

    // MARK: What happens

    func at(_ due: Instant, _ action: @escaping () -> Void) {
        happened += 1
        let happening = Happening(due: max(due, now), order: happened, action: action)
        var (low, high) = (0, happenings.count)
        while low < high {
            let middle = (low + high) / 2
            if happenings[middle].due > happening.due { low = middle + 1 } else { high = middle }
        }
        // Before those of the same time, as the last one is next.
        happenings.insert(happening, at: low)
    }

    func after(_ pause: Duration, _ action: @escaping () -> Void) { at(now + pause, action) }

    /// Notes what happened, in words.
    func note(_ what: @autoclosure () -> String) { trace?.add(what()) }

    /// Notes that something happened, for the digest.
    func mix(_ number: Int64) {
        for word in [UInt64(bitPattern: number), UInt64(bitPattern: now.nanoseconds)] {
            digest = (digest ^ word) &* 0x100_0000_01b3
        }
    }

    /// A promise was broken: the run ends.
    func broken(_ what: String) {
        guard violation == nil else { return }
        note("BROKEN: \(what)")
        violation = "at \(now.text): \(what)"
        isOver = true
    }

    // MARK: Whose turn

    func add(index: Int) throws(StreamError) -> Member {
        let member = Member(try EventLoop(index: index, clock: .virtual(startMilliseconds: Self.beginning)))
        var order = SplitMix64(seed: random.next())
        member.loop.rearrange = { $0.shuffle(using: &order) }
        member.loop.adoptThread()
        member.loop.step(at: reading(of: member, at: now))
        members.append(member)
        return member
    }

    func remove(_ member: Member) { members.removeAll { $0 === member } }

    /// Goes on until `end`, or until somebody says that it is over.
    func run(until end: Instant) {
        while !isOver {
            let ready = members.filter { wants($0) }
            if !ready.isEmpty {
                turn(random.pick(ready))
            } else if !advance(to: end) {
                return
            }
        }
    }

    private func wants(_ member: Member) -> Bool {
        guard member.stalledUntil <= now else { return false }
        if !member.loop.isIdle { return true }
        guard let due = member.loop.nextTimer else { return false }
        return due <= now
    }

    private func turn(_ member: Member) {
        turns += 1
        turnsWithoutTime += 1
        if turnsWithoutTime > Self.turnsAtOneInstantMax {
            return broken("time stands still: a loop never stops working")
        }
        trace?.move(to: now)
        member.loop.step(at: reading(of: member, at: now))
    }

    /// Moves the time to what comes next and lets it happen. False at the end.
    private func advance(to end: Instant) -> Bool {
        var next = happenings.last?.due ?? .never
        for member in members {
            let wish = member.loop.isIdle ? member.loop.nextTimer ?? .never : now
            next = min(next, max(wish, member.stalledUntil))
        }
        guard next <= end else {
            now = max(now, end)
            return false
        }
        if next > now { turnsWithoutTime = 0 }
        now = max(now, next)
        trace?.move(to: now)
        while let last = happenings.last, last.due <= now, !isOver {
            happenings.removeLast()
            last.action()
        }
        return true
    }
}

extension Instant {
    /// Seconds since the beginning, for people.
    var text: String {
        let milliseconds = nanoseconds / 1_000_000
        let fraction = String(milliseconds % 1000)
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) s"
    }
}

extension SplitMix64 {
    mutating func duration(_ least: Duration, _ most: Duration) -> Duration {
        .nanoseconds(Int64.random(in: least.nanoseconds...most.nanoseconds, using: &self))
    }
}
