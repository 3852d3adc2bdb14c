// Where each route lies in the index: under the requirement that fewest other routes share, whichever field that is. Two values of one
// field never hold at once, so a route lies under one field only, or under one list of words.

import Events

extension RouteIndex {
    /// So many fields are looked up for an event at most.
    private static let keysMax = 7

    /// - words: what the groups of the requirements are groups of.
    init(_ requirements: [Requirement], words: WordIndex) {
        let counts = ValueCounts(requirements)
        let wanted = requirements.map { Self.choose(for: $0, counts, among: nil) }
        let keys = Self.mostWanted(wanted)
        var drafts: [Field: KeyDraft] = [:]
        var byGroup = [[Int32]](repeating: [], count: words.groupCount)
        worded.typesByAutomaton = words.automata.map { _ in [] }
        for (place, requirement) in requirements.enumerated() {
            let route = Int32(place)
            switch Self.choose(for: requirement, counts, among: keys) {
            case .nothing: unkeyed.add(route, types: requirement.types)
            case .values(let field):
                for value in requirement.values[field] ?? [] {
                    drafts[field, default: KeyDraft()].add(route, under: value, types: requirement.types)
                }
            case .words(let groups):
                for group in groups {
                    byGroup[group].append(route)
                    let automaton = words.automaton(of: group)
                    worded.typesByAutomaton[automaton] = worded.typesByAutomaton[automaton].union(requirement.types)
                }
            }
        }
        keyed = drafts.sorted { $0.key.rawValue < $1.key.rawValue }.map { field, draft in
            KeyIndex(
                field: field,
                places: NameTable(draft.values.enumerated().map { (String(decoding: $1, as: UTF8.self), $0) }),
                buckets: draft.buckets)
        }
        worded.starts.reserveCapacity(words.groupCount + 1)
        for routes in byGroup {
            worded.routes += routes
            worded.starts.append(Int32(worded.routes.count))
        }
    }

    private enum Choice {
        case nothing
        case values(Field)
        case words(Set<Int>)
    }

    /// A list of words that no other route has is worth as much as a value that so many routes share: its text has to be read.
    private static let costOfWords = 4

    private static func choose(for requirement: Requirement, _ counts: ValueCounts, among keys: Set<Field>?) -> Choice {
        var best: (field: Field, cost: Int)?
        for (field, values) in requirement.values where keys?.contains(field) ?? true {
            let cost = counts.routes(with: values, in: field)
            // Equal costs by the order of the schema, so that one file has one index.
            if let found = best, (found.cost, found.field.rawValue) < (cost, field.rawValue) { continue }
            best = (field, cost)
        }
        if let groups = requirement.groups, best.map({ $0.cost > costOfWords }) ?? true { return .words(groups) }
        return best.map { .values($0.field) } ?? .nothing
    }

    private static func mostWanted(_ choices: [Choice]) -> Set<Field> {
        var wanted: [Field: Int] = [:]
        for case .values(let field) in choices { wanted[field, default: 0] += 1 }
        let sorted = wanted.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
        return Set(sorted.prefix(keysMax).map(\.key))
    }

    private struct KeyDraft {
        private(set) var values: [[UInt8]] = []
        private(set) var buckets: [Bucket] = []
        private var places: [[UInt8]: Int] = [:]

        mutating func add(_ route: Int32, under value: [UInt8], types: EventTypeSet) {
            let place = places[value] ?? values.count
            if place == values.count {
                places[value] = place
                values.append(value)
                buckets.append(Bucket())
            }
            buckets[place].add(route, types: types)
        }
    }

    /// How many routes ask for each value of each field.
    private struct ValueCounts {
        private var counts: [Field: [[UInt8]: Int]] = [:]

        init(_ requirements: [Requirement]) {
            for requirement in requirements {
                for (field, values) in requirement.values {
                    for value in values { counts[field, default: [:]][value, default: 0] += 1 }
                }
            }
        }

        /// Of the value that most routes ask for.
        func routes(with values: Set<[UInt8]>, in field: Field) -> Int {
            values.reduce(0) { max($0, counts[field]?[$1] ?? 0) }
        }
    }
}
