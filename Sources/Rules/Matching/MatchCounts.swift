// How often each route of a rule set has matched: what the console shows beside it, and all that a route in shadow does.

import Synchronization

/// Shared by the loops.
package final class MatchCounts: Sendable {
    private final class Count: Sendable {
        let value = Atomic<UInt64>(0)
    }

    private let counts: [Count]

    init(routes: Int) { counts = (0..<routes).map { _ in Count() } }

    /// Counts the routes that events matched, once for each event.
    package func add(_ routes: [Int]) {
        for route in routes { counts[route].value.wrappingAdd(1, ordering: .relaxed) }
    }

    /// Of the route at this place in ``RuleSet/routes``.
    package subscript(_ route: Int) -> UInt64 { counts[route].value.load(ordering: .relaxed) }
}
