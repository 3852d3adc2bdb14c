// Who may begin an attempt at one endpoint, in the whole process. An endpoint's deliveries are spread over the loops, as their
// accounts are, but its `concurrency`, its `rate` and its conduct are one: so permits are given here, for all loops together.

import Gateway
import Language
import Limits
import Loop
import Synchronization

/// The permits of one endpoint. A loop takes one for each attempt; one that has to wait for another's end is noted, and the next
/// permit given back is handed to it. Who is noted first is served first, so no loop starves, and a permit in a loop's hands is
/// never lost on the way: it is used or given back.
final class EndpointPermits: Sendable {
    /// A loop that waits. One entry a loop, whatever it waits with.
    protocol Waiter: AnyObject, Sendable {
        /// A permit is the waiter's now. Called on any thread.
        func granted(_ permits: EndpointPermits, _ attempt: EndpointConduct.Attempt)
        /// What kept it waiting is over, or is another now: it should ask again. Called on any thread.
        func shouldAskAgain(_ endpoint: String)
    }

    /// What an endpoint allows. It comes with each call, since during a reload some loops know the new and some the old.
    struct Terms: Sendable {
        let concurrency: Int
        let rate: Rate?

        init(concurrency: Int, rate: Rate? = nil) {
            self.concurrency = concurrency
            self.rate = rate
        }

        init(_ endpoint: Endpoint) { self.init(concurrency: endpoint.concurrency, rate: endpoint.rate) }
    }

    enum Admission {
        case granted(EndpointConduct.Attempt)
        /// Not before this instant; nobody is noted.
        case later(Instant)
        /// The waiter is told.
        case waits
    }

    /// What an attempt's end means for what is known of the endpoint beyond this process.
    enum Turn: Equatable {
        case none
        /// Nothing but failures since then (ms since 1970), worth keeping; the breaker opened, or it has been so for a while.
        case failing(since: Int64, isOpen: Bool)
        /// Something was delivered, and it is known as failing.
        case recovered
        /// Nothing but failures for as long as `disable-after` says.
        case overdue(since: Int64)
    }

    private struct State {
        var underWay = 0
        var waiting: [(waiter: any Waiter, terms: Terms)] = []
        var conduct = EndpointConduct()
        var bucket: TokenBucket?
        /// Since when nothing was delivered, ms since 1970; nil while something is.
        var failingSince: Int64?
        /// Redis knows since when, and whether the breaker has opened.
        var isKept = false
        var isKeptAsOpen = false
    }

    /// How long an endpoint has failed when that is kept, although the breaker never opened.
    private static let keptAfter = Duration.seconds(60)

    let endpoint: String
    // Held for some ten nanoseconds, twice for an attempt that costs a thousand times that.
    private let state = Mutex(State())

    init(endpoint: String) { self.endpoint = endpoint }

    /// Takes a permit if there is one.
    func take(_ terms: Terms, at now: Instant, for waiter: any Waiter) -> Admission {
        state.withLock { state in
            let admission = Self.admit(terms, now, &state)
            guard case .waits = admission else { return admission }
            if let known = state.waiting.firstIndex(where: { $0.waiter === waiter }) {
                state.waiting[known].terms = terms
            } else {
                state.waiting.append((waiter, terms))
            }
            return .waits
        }
    }

    private static func admit(_ terms: Terms, _ now: Instant, _ state: inout State) -> Admission {
        let earliest = state.conduct.earliest
        if earliest == .never { return .waits }
        if earliest > now { return .later(earliest) }
        if state.underWay >= state.conduct.concurrency(of: terms.concurrency) { return .waits }
        if let rate = terms.rate {
            var bucket = state.bucket ?? TokenBucket(of: rate, at: now)
            let verdict = bucket.ask(of: rate, at: now)
            state.bucket = bucket
            if !verdict.isAdmitted { return .later(now + max(verdict.retryAfter, .milliseconds(1))) }
        }
        state.underWay += 1
        state.conduct.attemptsAtOnce = max(state.underWay, min(state.conduct.attemptsAtOnce, terms.concurrency))
        return .granted(state.conduct.begin(at: now))
    }

    /// Gives a permit back, and hands on what may be handed on.
    /// - Parameters:
    ///   - wall: ms since 1970.
    ///   - chance: in 0..<1.
    func end(
        _ attempt: EndpointConduct.Attempt, _ ending: EndpointConduct.Ending, retryAfter: Duration? = nil,
        breakerAfter: Int = .max, disableAfter: Duration = .zero, at now: Instant, wall: Int64, chance: Double = 0
    ) -> Turn {
        var granted: [(any Waiter, EndpointConduct.Attempt)] = []
        var askers: [any Waiter] = []
        let turn = state.withLock { state in
            state.underWay -= 1
            let opened = state.conduct.end(
                attempt, ending, breakerAfter: breakerAfter, retryAfter: retryAfter, at: now, chance: chance)
            serving: while let first = state.waiting.first {
                switch Self.admit(first.terms, now, &state) {
                case .granted(let next): granted.append((state.waiting.removeFirst().waiter, next))
                case .waits: break serving
                case .later:
                    askers = state.waiting.map(\.waiter)
                    state.waiting.removeAll()
                }
            }
            return Self.turn(ending, opened, disableAfter, wall, &state)
        }
        for (waiter, next) in granted { waiter.granted(self, next) }
        for waiter in askers { waiter.shouldAskAgain(endpoint) }
        return turn
    }

    private static func turn(
        _ ending: EndpointConduct.Ending, _ opened: Bool, _ disableAfter: Duration, _ wall: Int64, _ state: inout State
    ) -> Turn {
        switch ending {
        case .unused: return .none
        case .delivered:
            let wasKept = state.isKept
            (state.failingSince, state.isKept, state.isKeptAsOpen) = (nil, false, false)
            return wasKept ? .recovered : .none
        case .failed, .overloaded:
            let since = state.failingSince ?? wall
            state.failingSince = since
            let isOverdue = wall - since >= disableAfter.milliseconds
            // Redis disables only what it knows as failing.
            if isOverdue, state.isKept { return .overdue(since: since) }
            let isLong = isOverdue || wall - since >= keptAfter.milliseconds
            guard opened && !state.isKeptAsOpen || isLong && !state.isKept else { return .none }
            state.isKept = true
            if opened { state.isKeptAsOpen = true }
            return .failing(since: since, isOpen: state.isKeptAsOpen)
        }
    }

    /// What Redis has of the endpoint, or that it has nothing.
    func learn(_ known: EndpointState?) {
        let askers = state.withLock { state -> [any Waiter] in
            if let since = known?.failingSince {
                state.failingSince = min(since, state.failingSince ?? since)
                state.isKept = true
                state.isKeptAsOpen = known?.openSince != nil
                return []
            }
            // Delivered elsewhere, or enabled by somebody: what this process thought of it is over.
            guard state.isKept || known?.isDisabled != true && state.failingSince != nil else { return [] }
            (state.failingSince, state.isKept, state.isKeptAsOpen) = (nil, false, false)
            state.conduct = EndpointConduct()
            defer { state.waiting.removeAll() }
            return state.waiting.map(\.waiter)
        }
        for waiter in askers { waiter.shouldAskAgain(endpoint) }
    }

    /// What was to be kept could not be.
    func forgetKept() {
        state.withLock { ($0.isKept, $0.isKeptAsOpen) = (false, false) }
    }

    var isOpen: Bool { state.withLock { $0.conduct.isOpen } }
}
