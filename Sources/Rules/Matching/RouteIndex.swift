// Which routes are worth trying for an event. A route that can only match when a field has a certain value, or when a certain word
// stands in a text, lies under that value or that word and is not looked at for any other event, so an event's cost does not grow
// with rules that cannot match it. Where a route lies is chosen in `RouteIndex+Building.swift`.

import Events

struct RouteIndex: Sendable {
    /// The routes that ask for no value and no word.
    var unkeyed = Bucket()
    var keyed: [KeyIndex] = []
    var worded = WordedRoutes()
    /// The places in the rule set of the routes of all lists of all buckets. One array: with one for each list, an event would spend
    /// more time on counting references to them than on reading them.
    var routes: [Int32] = []
    /// The lists of all buckets that are for one type.
    var typed: [TypedList] = []

    /// A stretch of `routes`, ascending.
    struct List: Sendable {
        var start: Int32 = 0
        var end: Int32 = 0
    }

    struct TypedList: Sendable {
        let type: EventType
        let list: List
    }

    struct Bucket: Sendable {
        /// The routes for events of any type.
        var ofAnyType = List()
        /// The others, under each of their types: `typed[firstTyped..<firstTyped + typedCount]`.
        var firstTyped: Int32 = 0
        var typedCount: Int32 = 0
    }

    /// The routes that lie under values of one field.
    struct KeyIndex: Sendable {
        let field: Field
        /// The place of a value in `buckets`.
        let places: NameTable<Int>
        let buckets: [Bucket]
    }

    /// The routes that lie under words.
    struct WordedRoutes: Sendable {
        /// The types of the routes under the words of each automaton: a text is not read for an event that none of them is for.
        var typesByAutomaton: [EventTypeSet] = []
        /// The routes under group g are `routes[starts[g]..<starts[g + 1]]`.
        var starts: [Int32] = [0]
        var routes: [Int32] = []
    }

    /// Puts the routes worth trying for the event into `candidates`, which is empty.
    func gather(_ event: Event, _ scan: inout WordScan, into candidates: inout Candidates) {
        add(unkeyed, for: event.type, to: &candidates)
        for index in keyed.indices {
            guard let value = event.value(of: keyed[index].field), let place = keyed[index].places[value] else {
                continue
            }
            add(keyed[index].buckets[place], for: event.type, to: &candidates)
        }
        for place in worded.typesByAutomaton.indices where worded.typesByAutomaton[place].contains(event.type) {
            scan.read(place, of: event)
            for found in 0..<scan.foundCount(at: place) {
                let group = Int(scan.found(found, at: place))
                for route in worded.starts[group]..<worded.starts[group + 1] {
                    candidates.add(found: worded.routes[Int(route)])
                }
            }
        }
    }
}

extension RouteIndex {
    private func add(_ bucket: Bucket, for type: EventType, to candidates: inout Candidates) {
        candidates.add(bucket.ofAnyType, of: routes)
        for place in Int(bucket.firstTyped)..<Int(bucket.firstTyped + bucket.typedCount)
        where typed[place].type == type {
            candidates.add(typed[place].list, of: routes)
        }
    }
}

/// The routes to be tried for one event, in the order of the file. Kept from event to event, so that matching allocates nothing.
struct Candidates: Sendable {
    /// Of the routes without a key, and of those under the event's value of each key.
    private var lists: [Remaining] = []
    /// Routes found by their words, as a heap with the first one of the file on top.
    private var heap: [Int32] = []
    private var last: Int32 = -1

    mutating func clear() {
        lists.removeAll(keepingCapacity: true)
        heap.removeAll(keepingCapacity: true)
        last = -1
    }

    mutating func add(_ list: RouteIndex.List, of routes: [Int32]) {
        guard list.start < list.end else { return }
        lists.append(Remaining(head: routes[Int(list.start)], next: list.start + 1, end: list.end))
    }

    mutating func add(found route: Int32) {
        heap.append(route)
        var place = heap.count - 1
        while place > 0, heap[place] < heap[(place - 1) / 2] {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// The next route; one that was found by two of its words comes once.
    mutating func next(of routes: [Int32]) -> Int32? {
        while let route = nextOfAll(of: routes) {
            guard route != last else { continue }
            last = route
            return route
        }
        return nil
    }

    private mutating func nextOfAll(of routes: [Int32]) -> Int32? {
        var nearest = -1
        var route = heap.first ?? Remaining.none
        for list in lists.indices where lists[list].head < route {
            nearest = list
            route = lists[list].head
        }
        guard route != Remaining.none else { return nil }
        if nearest >= 0 { lists[nearest].advance(in: routes) } else { removeTop() }
        return route
    }

    private mutating func removeTop() {
        let lowest = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = lowest
        var place = 0
        while true {
            var child = 2 * place + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[place] else { return }
            heap.swapAt(place, child)
            place = child
        }
    }

    /// What is left of a list.
    private struct Remaining: Sendable {
        static let none = Int32.max

        var head: Int32
        var next: Int32
        let end: Int32

        mutating func advance(in routes: [Int32]) {
            head = next < end ? routes[Int(next)] : Self.none
            next += 1
        }
    }
}
