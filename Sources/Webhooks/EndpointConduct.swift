// How an endpoint behaves, and what follows for when it may be asked again: the breaker, the pace, and the pause it asked for. Pure:
// time and chance come from the caller.
//
//           failures in a row, or half of many          the pause is over
//   closed ────────────────────────────────────▶ open ──────────────────────▶ one probe
//     ▲                                            ▲                             │
//     └───────── delivered ────────────────────────┼──── failed: a longer pause ─┘

import Loop

struct EndpointConduct {
    enum Ending {
        case delivered
        case failed
        /// 429, 502 or 504: it works, or would, and has too much to do.
        case overloaded
        /// Nothing was sent after all.
        case unused
    }

    /// An attempt that was let through.
    struct Attempt {
        let startedAt: Instant
        /// The only one that an open breaker lets through.
        let isProbe: Bool
    }

    private enum Breaker {
        case closed
        case open(until: Instant)
        case probing
    }

    private static let countsFor = Duration.seconds(30)
    static let firstPause = Duration.seconds(5)
    static let longestPause = Duration.seconds(300)
    /// A receiver's `Retry-After` holds back all deliveries to it; for no longer than this.
    static let askedPauseMax = Duration.seconds(3600)
    private static let firstSpacing = Duration.milliseconds(100)
    private static let longestSpacing = Duration.seconds(10)

    private var breaker = Breaker.closed
    private var inARow = 0
    private var counts = (attempts: 0, failures: 0)
    private var earlierCounts = (attempts: 0, failures: 0)
    private var countedSince = Instant(nanoseconds: 0)
    /// How often the breaker opened since something was delivered.
    private var openings = 0
    private var askedPauseUntil = Instant(nanoseconds: 0)
    /// Attempts at the same time while the pace is slowed down.
    private var allowance: Double?
    /// Between the beginnings of attempts, once one at a time is still too much.
    private var spacing = Duration.zero
    private var slowedAt: Instant?
    private var begunAt: Instant?

    init() {}

    var isOpen: Bool {
        if case .closed = breaker { false } else { true }
    }

    func concurrency(of most: Int) -> Int { allowance.map { min(most, max(1, Int($0))) } ?? most }

    /// When the next attempt may begin, as far as this knows; `.never`: not before the probe has ended.
    var earliest: Instant {
        var instant = askedPauseUntil
        if spacing > .zero, let begunAt { instant = max(instant, begunAt + spacing) }
        switch breaker {
        case .closed: return instant
        case .open(let until): return max(instant, until)
        case .probing: return .never
        }
    }

    mutating func begin(at now: Instant) -> Attempt {
        begunAt = now
        guard case .open = breaker else { return Attempt(startedAt: now, isProbe: false) }
        breaker = .probing
        return Attempt(startedAt: now, isProbe: true)
    }

    /// - Parameters:
    ///   - breakerAfter: so many failures in a row open the breaker, or half of twice as many attempts, or more, of the last half
    ///     minute or minute.
    ///   - retryAfter: how long the receiver asked to be left alone.
    ///   - chance: in 0..<1, so that endpoints which failed together are not asked together.
    /// - Returns: whether the breaker opened just now.
    mutating func end(
        _ attempt: Attempt, _ ending: Ending, breakerAfter: Int, retryAfter: Duration?, at now: Instant, chance: Double
    ) -> Bool {
        if let retryAfter { askedPauseUntil = max(askedPauseUntil, now + min(retryAfter, Self.askedPauseMax)) }
        switch ending {
        case .unused:
            if attempt.isProbe { breaker = .open(until: now) }
            return false
        case .delivered:
            count(isFailure: false, now)
            succeed()
            return false
        case .failed, .overloaded:
            count(isFailure: true, now)
            if ending == .overloaded { slowDown(attempt, now) }
            return fail(attempt, breakerAfter, now, chance)
        }
    }

    private mutating func succeed() {
        inARow = 0
        openings = 0
        if isOpen {
            // It begins anew, with one at a time.
            breaker = .closed
            counts = (0, 0)
            earlierCounts = (0, 0)
            allowance = 1
            spacing = .zero
            return
        }
        if spacing > .zero {
            spacing = spacing > Self.firstSpacing ? spacing / 2 : .zero
        } else if let slow = allowance {
            // One more for each round of successes; no endpoint is allowed more than `enough`.
            allowance = slow < Self.enough ? slow + 1 / slow : nil
        }
    }

    private static let enough = 256.0

    private mutating func fail(_ attempt: Attempt, _ breakerAfter: Int, _ now: Instant, _ chance: Double) -> Bool {
        inARow += 1
        switch breaker {
        case .open: return false
        case .probing where !attempt.isProbe: return false
        case .probing: break
        case .closed:
            let attempts = counts.attempts + earlierCounts.attempts
            let failures = counts.failures + earlierCounts.failures
            let isOften = attempts >= 2 * breakerAfter && failures * 2 >= attempts
            guard inARow >= breakerAfter || isOften else { return false }
        }
        let pause = min(Self.firstPause * (1 << min(openings, 10)), Self.longestPause)
        openings += 1
        breaker = .open(until: now + pause * (0.8 + 0.4 * chance))
        return true
    }

    private mutating func slowDown(_ attempt: Attempt, _ now: Instant) {
        // What was under way when it slowed down last says nothing new.
        if let slowedAt, attempt.startedAt < slowedAt { return }
        slowedAt = now
        let current = allowance ?? Double(attemptsAtOnce)
        if current >= 2 {
            allowance = current / 2
        } else {
            allowance = 1
            spacing = min(max(Self.firstSpacing, spacing * 2), Self.longestSpacing)
        }
    }

    /// The most that were under way at once lately: what a slowdown begins from.
    var attemptsAtOnce = 1

    private mutating func count(isFailure: Bool, _ now: Instant) {
        let age = now - countedSince
        if age >= Self.countsFor {
            earlierCounts = age < Self.countsFor * 2 ? counts : (0, 0)
            counts = (0, 0)
            countedSince = now
        }
        counts.attempts += 1
        if isFailure { counts.failures += 1 }
    }
}
