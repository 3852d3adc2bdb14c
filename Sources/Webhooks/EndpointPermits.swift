// How many attempts to one endpoint are under way in the whole process. An endpoint's deliveries are spread over the loops, as
// their accounts are, but its `concurrency` is one number: so permits are counted here, for all loops together.

import Gateway
import Synchronization

/// The permits of one endpoint. A loop takes one for each attempt; one that finds none free is noted, and the next permit
/// given back is handed to it. Who is noted first is served first, so no loop starves, and a permit in a loop's hands is
/// never lost on the way: it is used or given back.
final class EndpointPermits: Sendable {
    /// A loop that waits for a permit. One entry a loop, whatever it waits with.
    protocol Waiter: AnyObject, Sendable {
        /// A permit is the waiter's now. Called on any thread.
        func granted(_ permits: EndpointPermits)
    }

    private struct State {
        var underWay = 0
        var waiting: [(waiter: any Waiter, limit: Int)] = []
    }

    let endpoint: String
    // Held for some ten nanoseconds, twice for an attempt that costs a thousand times that.
    private let state = Mutex(State())

    init(endpoint: String) { self.endpoint = endpoint }

    /// Takes a permit, if fewer than `limit` are taken; else `waiter` is told when it has one. The limit comes with each
    /// call, since during a reload some loops know the new one and some the old.
    func take(limit: Int, for waiter: any Waiter) -> Bool {
        state.withLock { state in
            if state.underWay < limit {
                state.underWay += 1
                return true
            }
            if let known = state.waiting.firstIndex(where: { $0.waiter === waiter }) {
                state.waiting[known].limit = limit
            } else {
                state.waiting.append((waiter, limit))
            }
            return false
        }
    }

    /// Gives one back, and hands it to who has waited longest.
    func giveBack() {
        let next = state.withLock { state -> (any Waiter)? in
            state.underWay -= 1
            guard let first = state.waiting.firstIndex(where: { state.underWay < $0.limit }) else { return nil }
            state.underWay += 1
            return state.waiting.remove(at: first).waiter
        }
        next?.granted(self)
    }
}

/// The permits of all endpoints, shared by all loops; they outlive reloads, as attempts under way do.
package final class PermitTable: Sendable {
    private let permits = Mutex<[String: EndpointPermits]>([:])

    package init() {}

    /// Those of the endpoint of this id. Kept for ever: as many as endpoints were ever configured.
    func permits(of endpoint: String) -> EndpointPermits {
        permits.withLock {
            if let known = $0[endpoint] { return known }
            let made = EndpointPermits(endpoint: endpoint)
            $0[endpoint] = made
            return made
        }
    }
}
