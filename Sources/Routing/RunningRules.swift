// The rules in force, since when, and what came of the last reload: for those who ask, on whatever thread. Routers have their own
// copy (`RoutingTable`); this one changes with theirs.

package import Events
import Language
package import Rules
import Synchronization
package import Telemetry

package final class RunningRules: Sendable {
    package struct Reload: Sendable {
        package let time: Timestamp
        /// Why it was refused; nil: it took effect.
        package let refusal: String?
    }

    package struct State: Sendable {
        package fileprivate(set) var rules: RuleSet
        /// The file or folder that the configuration names.
        package fileprivate(set) var path: String
        package fileprivate(set) var loadedAt: Timestamp
        /// nil: there was none since the start.
        package fileprivate(set) var lastReload: Reload?
        /// What routes of these names matched by earlier rule sets, the last one left out: batches under way may still count there.
        fileprivate var earlier: [String: UInt64] = [:]
        fileprivate var last: RuleSet?
    }

    private let current: Mutex<State>
    /// A metric has a series for each of so many routes; the others share one.
    private static let labelledRoutes = 500

    package init(_ rules: RuleSet, path: String, at time: Timestamp) {
        current = Mutex(State(rules: rules, path: path, loadedAt: time))
    }

    package var state: State { current.withLock { $0 } }

    /// A reload took effect.
    package func replace(with rules: RuleSet, path: String, at time: Timestamp) {
        current.withLock { state in
            let names = Set(rules.routes.map(\.name.value))
            var earlier = state.earlier
            if let last = state.last { earlier.merge(Self.matches(last), uniquingKeysWith: +) }
            state.earlier = earlier.filter { names.contains($0.key) }
            state.last = state.rules
            state.rules = rules
            state.path = path
            state.loadedAt = time
            state.lastReload = Reload(time: time, refusal: nil)
        }
    }

    package func refuseReload(_ reason: String, at time: Timestamp) {
        current.withLock { $0.lastReload = Reload(time: time, refusal: reason) }
    }

    /// The routes' matches since the process started: a route that a reload keeps goes on counting, so that no rate over it jumps.
    package var matchesByRoute: [(route: String, count: UInt64)] {
        let state = state
        let last = state.last.map(Self.matches) ?? [:]
        var rows: [(route: String, count: UInt64)] = []
        var others: UInt64 = 0
        for (place, route) in state.rules.routes.enumerated() {
            let name = route.name.value
            let count = state.rules.matches[place] + last[name, default: 0] + state.earlier[name, default: 0]
            if place < Self.labelledRoutes { rows.append((name, count)) } else { others += count }
        }
        guard state.rules.routes.count > Self.labelledRoutes else { return rows }
        // A series that stands twice makes Prometheus refuse all of them.
        if let place = rows.firstIndex(where: { $0.route == BoundedLabel.other }) {
            rows[place].count += others
        } else {
            rows.append((BoundedLabel.other, others))
        }
        return rows
    }

    private static func matches(_ rules: RuleSet) -> [String: UInt64] {
        Dictionary(
            rules.routes.enumerated().map { ($1.name.value, rules.matches[$0]) }, uniquingKeysWith: +)
    }

    package func register(in registry: MetricsRegistry) {
        registry.counters(
            "weir_route_matches_total",
            "Events that a route of the running rules matched, those of routes in shadow included. Beyond 500 routes: other.",
            by: "route"
        ) { self.matchesByRoute.map { ($0.route, Double($0.count)) } }
        registry.gauge("weir_rules_loaded_timestamp_seconds", "When the running rules took effect.") {
            Double(self.state.loadedAt.milliseconds) / 1000
        }
    }
}
