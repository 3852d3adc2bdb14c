// The routes that say `stop` and whose requirement tells exactly which events they stop, kept by these events: which of them takes
// all that a later route could match is found without looking at each.

import Events
import Language

struct Stops {
    struct Stop {
        var name: Located<String>
        var requirement: Requirement
    }

    private var stops: [Stop] = []
    /// Those that ask for no value.
    private var ofAnyValue: [Int] = []
    /// The others, under each value of the field whose values fewest share.
    private var ofValue: [Int32: [Int]] = [:]
    /// The types of which no event is left.
    private var types = EventTypeSet()

    /// With so many at most a route is compared; a file has a handful, and a check must not take minutes.
    private static let compared = 200

    mutating func add(_ name: Located<String>, _ requirement: Requirement) {
        // What an earlier one stops anyhow, that one is named for.
        guard requirement.isExact, first(including: requirement) == nil else { return }
        if requirement.values.isEmpty, requirement.possibleTypes == .all { types = types.union(requirement.types) }
        if let rarest = requirement.values.min(by: { shared($0) < shared($1) }) {
            for number in rarest.numbers { ofValue[number, default: []].append(stops.count) }
        } else {
            ofAnyValue.append(stops.count)
        }
        stops.append(Stop(name: name, requirement: requirement))
    }

    /// By how many at most the values of a field are shared.
    private func shared(_ some: Requirement.FieldValues) -> Int {
        some.numbers.reduce(0) { max($0, ofValue[$1]?.count ?? 0) }
    }

    /// The first one that stops all that a route could match.
    func first(including requirement: Requirement) -> Stop? {
        var nearest = first(ofAnyValue, including: requirement)
        for some in requirement.values {
            // One that stops all of these values lies under each of them, so under the least as well.
            guard let places = some.numbers.min().flatMap({ ofValue[$0] }),
                let place = first(places, including: requirement)
            else { continue }
            nearest = min(place, nearest ?? place)
        }
        return nearest.map { stops[$0] }
    }

    /// Whether several of them together stop all events of the types that a route is for.
    func leaveNothing(of requirement: Requirement) -> Bool {
        requirement.types.intersection(requirement.possibleTypes).isSubset(of: types)
    }

    private func first(_ places: [Int], including requirement: Requirement) -> Int? {
        places.prefix(Self.compared).first { stops[$0].requirement.includes(requirement) }
    }
}
