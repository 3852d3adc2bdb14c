// Where each route lies in the index: under the requirement that fewest other routes share, whichever field that is. Two values of one
// field never hold at once, so a route lies under one field only, or under one list of words.

import Events

extension RouteIndex {
    /// So many fields are looked up for an event at most.
    private static let keysMax = 7

    /// - values: what the numbers of the requirements stand for.
    /// - words: what the groups of the requirements are groups of.
    init(_ requirements: [Requirement], values: ValueNumbers, words: WordIndex) {
        let counts = ValueCounts(requirements, of: values)
        let wanted = requirements.map { Self.choose(for: $0, counts, among: nil) }
        let keys = Self.mostWanted(wanted)
        var drafts: [Field: KeyDraft] = [:]
        /// Where a value lies among the buckets of its field; -1 for nowhere yet.
        var places = [Int32](repeating: -1, count: values.values.count)
        var byGroup = [[Int32]](repeating: [], count: words.groupCount)
        var rest = BucketDraft()
        worded.typesByAutomaton = words.automata.map { _ in [] }
        for (place, requirement) in requirements.enumerated() {
            let route = Int32(place)
            var choice = wanted[place]
            if case .values(let field) = choice, !keys.contains(field) {
                choice = Self.choose(for: requirement, counts, among: keys)
            }
            switch choice {
            case .nothing: rest.add(route, types: requirement.types)
            case .values(let field):
                for number in requirement.numbers(of: field) ?? [] {
                    drafts[field, default: KeyDraft()].add(
                        route, under: number, at: &places[Int(number)], types: requirement.types)
                }
            case .words(let groups):
                for group in groups {
                    byGroup[group].append(route)
                    let automaton = words.automaton(of: group)
                    worded.typesByAutomaton[automaton] = worded.typesByAutomaton[automaton].union(requirement.types)
                }
            }
        }
        unkeyed = place(rest)
        for (field, draft) in drafts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let names = NameTable(
                names: draft.numbers.map { values.values[Int($0)] }, values: Array(draft.numbers.indices))
            keyed.append(KeyIndex(field: field, places: names, buckets: draft.buckets.map { place($0) }))
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
        case words([Int])
    }

    /// A list of words that no other route has is worth as much as a value that so many routes share: its text has to be read.
    private static let costOfWords = 4

    private static func choose(for requirement: Requirement, _ counts: ValueCounts, among keys: Set<Field>?) -> Choice {
        var best: (field: Field, cost: Int)?
        for some in requirement.values where keys?.contains(some.field) ?? true {
            let cost = counts.routes(with: some.numbers)
            // Equal costs by the order of the schema, so that one file has one index.
            if let found = best, (found.cost, found.field.rawValue) < (cost, some.field.rawValue) { continue }
            best = (some.field, cost)
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
        /// Of the values, one for each bucket.
        private(set) var numbers: [Int32] = []
        private(set) var buckets: [BucketDraft] = []

        mutating func add(_ route: Int32, under number: Int32, at place: inout Int32, types: EventTypeSet) {
            if place < 0 {
                place = Int32(buckets.count)
                numbers.append(number)
                buckets.append(BucketDraft())
            }
            buckets[Int(place)].add(route, types: types)
        }
    }

    private struct BucketDraft {
        private(set) var ofAnyType: [Int32] = []
        private(set) var ofType: [(type: EventType, routes: [Int32])] = []

        mutating func add(_ route: Int32, types: EventTypeSet) {
            guard types != .all else {
                ofAnyType.append(route)
                return
            }
            for type in types.types {
                if let place = ofType.firstIndex(where: { $0.type == type }) {
                    ofType[place].routes.append(route)
                } else {
                    ofType.append((type, [route]))
                }
            }
        }
    }

    private mutating func place(_ draft: BucketDraft) -> Bucket {
        let bucket = Bucket(
            ofAnyType: place(draft.ofAnyType), firstTyped: Int32(typed.count), typedCount: Int32(draft.ofType.count))
        for (type, list) in draft.ofType { typed.append(TypedList(type: type, list: place(list))) }
        return bucket
    }

    private mutating func place(_ list: [Int32]) -> List {
        let start = Int32(routes.count)
        routes += list
        return List(start: start, end: Int32(routes.count))
    }

    /// How many routes ask for each value.
    private struct ValueCounts {
        private var counts: [Int]

        init(_ requirements: [Requirement], of values: ValueNumbers) {
            counts = Array(repeating: 0, count: values.values.count)
            for requirement in requirements {
                for some in requirement.values {
                    for number in some.numbers { counts[Int(number)] += 1 }
                }
            }
        }

        /// With the value that most routes ask for.
        func routes(with numbers: Set<Int32>) -> Int { numbers.reduce(0) { max($0, counts[Int($1)]) } }
    }
}
