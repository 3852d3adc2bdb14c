// Which routes are worth trying for an event. A route that asks for certain types, tenants, accounts or conversations lies under
// each of them and is not looked at for any other, so an event's cost does not grow with the rules of other tenants.

import Events

struct RouteIndex: Sendable {
    /// The fields a route may lie under, the most selective first: a route lies under one of them.
    private static let keys: [Field] = [.conversation, .account, .tenant]

    /// The routes that ask for no value of a key.
    private var unkeyed = Bucket()
    /// For each key, the routes under each of its values.
    private var keyed: [KeyIndex]

    /// Places of routes in the rule set, ascending.
    private struct Bucket: Sendable {
        /// The routes for events of any type.
        var ofAnyType: [Int32] = []
        /// The others, under each of their types by its raw value; empty when there are none.
        var byType: [[Int32]] = []

        mutating func add(_ route: Int32, types: EventTypeSet) {
            guard types != .all else {
                ofAnyType.append(route)
                return
            }
            if byType.isEmpty { byType = Array(repeating: [], count: EventType.allCases.count) }
            for type in types.types { byType[Int(type.rawValue)].append(route) }
        }
    }

    private struct KeyIndex: Sendable {
        /// The place of a value in `buckets`.
        var places = NameTable<Int>([])
        var buckets: [Bucket] = []
    }

    init(_ requirements: [Requirement]) {
        keyed = []
        var values = Self.keys.map { _ in [String]() }
        var places = Self.keys.map { _ in [String: Int]() }
        var buckets = Self.keys.map { _ in [Bucket]() }
        for (route, requirement) in requirements.enumerated() {
            guard let key = Self.keys.firstIndex(where: { requirement.values[$0] != nil }) else {
                unkeyed.add(Int32(route), types: requirement.types)
                continue
            }
            for value in requirement.values[Self.keys[key]] ?? [] {
                let place = places[key][value] ?? values[key].count
                if place == values[key].count {
                    places[key][value] = place
                    values[key].append(value)
                    buckets[key].append(Bucket())
                }
                buckets[key][place].add(Int32(route), types: requirement.types)
            }
        }
        keyed = Self.keys.indices.map { key in
            KeyIndex(places: NameTable(values[key].enumerated().map { ($1, $0) }), buckets: buckets[key])
        }
    }

    /// Calls `visit` with the place of every route worth trying, in the order of the file, until it returns false.
    func forEachCandidate(of event: Event, _ visit: (Int) -> Bool) {
        let type = Int(event.type.rawValue)
        var candidates = Candidates()
        candidates.add(unkeyed, type: type)
        for (key, index) in keyed.enumerated() where !index.buckets.isEmpty {
            guard let value = event.value(of: Self.keys[key]), let place = index.places[value] else { continue }
            candidates.add(index.buckets[place], type: type)
        }
        while let route = candidates.next() {
            guard visit(Int(route)) else { return }
        }
    }

    /// Ascending lists, read as one. A route is in one of them only.
    private struct Candidates {
        /// Two for the routes without a key, and two for each key.
        private var lists = InlineArray<8, Remaining>(repeating: Remaining())
        private var count = 0

        mutating func add(_ bucket: Bucket, type: Int) {
            add(bucket.ofAnyType)
            if !bucket.byType.isEmpty { add(bucket.byType[type]) }
        }

        private mutating func add(_ routes: [Int32]) {
            guard !routes.isEmpty else { return }
            lists[count] = Remaining(routes: routes)
            count += 1
        }

        mutating func next() -> Int32? {
            var nearest = 0
            for list in 0..<count where lists[list].head < lists[nearest].head { nearest = list }
            let route = lists[nearest].head
            guard route != Remaining.end else { return nil }
            lists[nearest].advance()
            return route
        }
    }

    /// What is left of an ascending list.
    private struct Remaining {
        static let end = Int32.max

        private(set) var head = Remaining.end
        private var next = 0
        private let routes: [Int32]

        init(routes: [Int32] = []) {
            self.routes = routes
            advance()
        }

        mutating func advance() {
            head = next < routes.count ? routes[next] : Self.end
            next += 1
        }
    }
}
