// What two rule sets do differently with the same events: both decide about each, and their targets are compared. Routes are the
// same if they have the same name.

package import Events
import Language

/// Counts what was compared, and keeps some of the events that go elsewhere.
package struct RuleDiff: Sendable {
    package struct Row: Sendable {
        package let name: String
        /// How many events matched it, or went there. A route in shadow counts its matches.
        package fileprivate(set) var before = 0
        package fileprivate(set) var after = 0
        /// Whether the rule sets have it.
        package fileprivate(set) var isInBefore = false
        package fileprivate(set) var isInAfter = false

        package var differs: Bool { before != after || isInBefore != isInAfter }
    }

    /// An event that goes elsewhere. Of what it says nothing is kept: those are the words of people.
    package struct Change: Sendable {
        package let id: String
        package let time: Timestamp
        package let type: String
        package let tenant: String
        package let account: String
        package let before: [String]
        package let after: [String]
        /// The routes that match it by only one of the rule sets.
        package let began: [String]
        package let ceased: [String]
    }

    package let versionBefore: String
    package let versionAfter: String
    package fileprivate(set) var routes: [Row] = []
    package fileprivate(set) var targets: [Row] = []
    package private(set) var events = 0
    /// Those that go to other targets.
    package private(set) var changed = 0
    /// Those that go to the same targets, by other routes.
    package private(set) var rerouted = 0
    /// Records that this version of Weir cannot read; no rule sees them.
    package private(set) var unreadable = 0
    /// Of those that changed, as many as were asked for.
    package private(set) var changes: [Change] = []
    private let changesMax: Int

    package var unchanged: Int { events - changed }

    fileprivate init(changesMax: Int, before: RuleSet, after: RuleSet) {
        self.changesMax = changesMax
        versionBefore = before.version
        versionAfter = after.version
    }
}

/// Decides about events by both rule sets. Belongs to one loop.
package struct RuleComparer {
    /// What was found about one event.
    package struct Outcome {
        fileprivate var before = Ways()
        fileprivate var after = Ways()
        fileprivate var change: RuleDiff.Change?
        fileprivate var isUnreadable = false
    }

    /// Rows of the diff.
    fileprivate struct Ways: Equatable {
        var routes: [Int] = []
        var targets: [Int] = []
    }

    /// A rule set, with the row of each of its routes and targets.
    private struct Side {
        var matcher: Matcher
        var decision = Decision()
        var routeRows: [Int] = []
        var targetRows: [Int] = []

        mutating func decide(_ event: Event) -> Ways {
            matcher.decide(event, into: &decision)
            let routes = (decision.routes + decision.shadows).map { routeRows[$0] }
            return Ways(routes: routes.sorted(), targets: decision.targets.map { targetRows[$0] }.sorted())
        }
    }

    /// Of the targets and routes of one event: with ten thousand, a thousand events would fill the memory.
    static let namesMax = 50

    private var before: Side
    private var after: Side
    private let empty: RuleDiff

    package init(before: RuleSet, after: RuleSet, changesMax: Int) {
        var diff = RuleDiff(changesMax: changesMax, before: before, after: after)
        self.before = Side(matcher: Matcher(before))
        self.after = Side(matcher: Matcher(after))
        let routes = [before, after].map { $0.routes.map(\.name.value) }
        let targets = [before, after].map(\.targets)
        (self.before.routeRows, self.after.routeRows) = RuleDiff.addRows(
            routes[0], routes[1], to: &diff.routes, key: { $0 }, name: { $0 })
        (self.before.targetRows, self.after.targetRows) = RuleDiff.addRows(
            targets[0], targets[1], to: &diff.targets, key: \.identity, name: \.shown)
        empty = diff
    }

    /// To be added to.
    package var diff: RuleDiff { empty }

    package mutating func compare(_ record: [UInt8]) -> Outcome {
        var outcome = Outcome()
        guard let event = try? Event(json: record.span) else {
            outcome.isUnreadable = true
            return outcome
        }
        outcome.before = before.decide(event)
        outcome.after = after.decide(event)
        if outcome.before.targets != outcome.after.targets { outcome.change = change(event, outcome) }
        return outcome
    }

    private func change(_ event: Event, _ outcome: Outcome) -> RuleDiff.Change {
        func names(_ rows: [RuleDiff.Row], _ places: [Int], without others: [Int] = []) -> [String] {
            let others = Set(others)
            let places = places.filter { !others.contains($0) }
            let more = places.count - Self.namesMax
            return places.prefix(Self.namesMax).map { rows[$0].name } + (more > 0 ? ["and \(more) more"] : [])
        }
        let (before, after) = (outcome.before, outcome.after)
        return RuleDiff.Change(
            id: event.text(of: .id) ?? "", time: event.time, type: event.text(of: .type) ?? event.type.name,
            tenant: event.text(of: .tenant) ?? "", account: event.text(of: .account) ?? "",
            before: names(empty.targets, before.targets), after: names(empty.targets, after.targets),
            began: names(empty.routes, after.routes, without: before.routes),
            ceased: names(empty.routes, before.routes, without: after.routes))
    }
}

extension RuleDiff {
    package mutating func add(_ outcome: RuleComparer.Outcome) {
        guard !outcome.isUnreadable else {
            unreadable += 1
            return
        }
        events += 1
        for row in outcome.before.routes { routes[row].before += 1 }
        for row in outcome.after.routes { routes[row].after += 1 }
        for row in outcome.before.targets { targets[row].before += 1 }
        for row in outcome.after.targets { targets[row].after += 1 }
        if let change = outcome.change {
            changed += 1
            if changes.count < changesMax { changes.append(change) }
        } else if outcome.before.routes != outcome.after.routes {
            rerouted += 1
        }
    }

    /// The rows of what two rule sets have, each thing once.
    fileprivate static func addRows<Thing, Key: Hashable>(
        _ before: [Thing], _ after: [Thing], to rows: inout [Row], key: (Thing) -> Key, name: (Thing) -> String
    ) -> (before: [Int], after: [Int]) {
        var places: [Key: Int] = [:]
        func place(_ thing: Thing) -> Int {
            let key = key(thing)
            if let place = places[key] { return place }
            places[key] = rows.count
            rows.append(Row(name: name(thing)))
            return rows.count - 1
        }
        let (placesBefore, placesAfter) = (before.map(place), after.map(place))
        for place in placesBefore { rows[place].isInBefore = true }
        for place in placesAfter { rows[place].isInAfter = true }
        return (placesBefore, placesAfter)
    }
}
