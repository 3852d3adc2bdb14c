// Which handler answers a request: method and path pattern to a value. Filled at start, read-only after; a table of some thirty
// routes is walked from the most literal pattern to the least, which costs less than a tree of small objects.

package struct RouteTable<Value: Sendable>: Sendable {
    package enum Match: Sendable {
        case found(Value, RouteCaptures)
        /// 404
        case notFound
        /// 405, with what the path does answer.
        case methodNotAllowed(allow: MethodSet)
    }

    private var routes = Routes()
    private var values: [Value] = []

    package init() {}

    /// - Throws: for a pattern that is malformed, or taken already. Both are mistakes in Weir's own tables.
    package mutating func add(_ method: HTTPMethod, _ pattern: String, _ value: Value) throws(RouteFault) {
        try routes.add(method, pattern, values.count)
        values.append(value)
    }

    /// The first pattern that fits the path decides, even when another that fits less closely has the method: what a path is
    /// does not depend on how one asks.
    package func match(_ method: HTTPMethod, _ path: Range<Int>, in bytes: Span<UInt8>) -> Match {
        switch routes.match(method, path, in: bytes) {
        case .found(let place, let captures): .found(values[place], captures)
        case .notFound: .notFound
        case .methodNotAllowed(let allow): .methodNotAllowed(allow: allow)
        }
    }
}

/// The paths, with a number for what answers each of their methods. Not generic, so that a walk over it is one over plain memory.
private struct Routes: Sendable {
    enum Match {
        case found(Int, RouteCaptures)
        case notFound
        case methodNotAllowed(allow: MethodSet)
    }

    private var routes: [Route] = []

    mutating func add(_ method: HTTPMethod, _ pattern: String, _ place: Int) throws(RouteFault) {
        let pattern = try RoutePattern(pattern)
        if let index = routes.firstIndex(where: { $0.pattern.hasShape(of: pattern) }) {
            guard routes[index].pattern.captureNames == pattern.captureNames else { throw .namesDiffer(pattern.text) }
            let isTaken = routes[index].handlers.contains { $0.method == method }
            guard !isTaken else { throw .takenTwice(method, pattern.text) }
            routes[index].handlers.append((method, place))
        } else {
            let route = Route(pattern: pattern, handlers: [(method, place)])
            let index = routes.firstIndex { pattern.precedes($0.pattern) } ?? routes.endIndex
            routes.insert(route, at: index)
        }
    }

    func match(_ method: HTTPMethod, _ path: Range<Int>, in bytes: Span<UInt8>) -> Match {
        for index in routes.indices {
            guard let captures = routes[index].pattern.match(path, in: bytes) else { continue }
            if let place = routes[index].place(for: method) { return .found(place, captures) }
            return .methodNotAllowed(allow: routes[index].allow)
        }
        return .notFound
    }
}

/// A path and what answers each of its methods.
private struct Route: Sendable {
    let pattern: RoutePattern
    var handlers: [(method: HTTPMethod, place: Int)]

    /// RFC 9110 section 9.3.2: HEAD is GET without the body, which the writer leaves out.
    func place(for method: HTTPMethod) -> Int? {
        if let handler = handlers.first(where: { $0.method == method }) { return handler.place }
        return method == .head ? place(for: .get) : nil
    }

    var allow: MethodSet {
        let methods = handlers.reduce(into: MethodSet()) { $0.insert(MethodSet($1.method)) }
        return methods.contains(MethodSet(.get)) ? methods.union(MethodSet(.head)) : methods
    }
}

/// A mistake in the table of routes.
package enum RouteFault: Error, Equatable, Sendable {
    case malformedPattern(String)
    case tooManyCaptures(String)
    case namesDiffer(String)
    case takenTwice(HTTPMethod, String)
}
