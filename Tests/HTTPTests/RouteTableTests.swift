import Testing

@testable import HTTP

@Suite struct RouteTableTests {
    static let table: RouteTable<String> = {
        var table = RouteTable<String>()
        do throws(RouteFault) {
            // In an order that is wrong on purpose: precedence must not depend on it.
            try table.add(.get, "/{any}", "any")
            try table.add(.get, "/v1/events/{id}", "event")
            try table.add(.delete, "/v1/events/{id}", "forget")
            try table.add(.get, "/v1/{kind}/latest", "latest of kind")
            try table.add(.get, "/v1/events/latest", "latest")
            try table.add(.post, "/callback/{source}", "callback")
            try table.add(.get, "/callback/{source}", "verify")
            try table.add(.post, "/v1/tenants/{tenant}/webhooks/{webhook}/replay", "replay")
            try table.add(.get, "/", "root")
        } catch {
            Issue.record(error)
        }
        return table
    }()

    func match(_ method: HTTPMethod, _ path: String) -> String {
        let bytes = Array("?\(path)?".utf8)
        switch Self.table.match(method, 1..<bytes.count - 1, in: bytes.span) {
        case .found(let value, let captures):
            let holes = ["any", "id", "kind", "source", "tenant", "webhook"]
                .compactMap { name in captures[name].map { "\(name)=\(text(bytes, $0))" } }
            return ([value] + holes).joined(separator: " ")
        case .notFound: return "404"
        case .methodNotAllowed(let allow): return "405 \(allow.text)"
        }
    }

    @Test(
        "a method and a path find their handler",
        arguments: [
            (HTTPMethod.get, "/", "root"), (.get, "", "root"), (.get, "/x", "any any=x"),
            (.get, "/v1/events/latest", "latest"), (.get, "/v1/events/7", "event id=7"),
            (.get, "/v1/jobs/latest", "latest of kind kind=jobs"), (.delete, "/v1/events/7", "forget id=7"),
            (.post, "/callback/demo-app", "callback source=demo-app"), (.get, "/callback/a%2Fb", "verify source=a%2Fb"),
            (.post, "/v1/tenants/t/webhooks/w/replay", "replay tenant=t webhook=w"),
            (.head, "/v1/events/7", "event id=7"),
            (.get, "/callback/", "404"), (.get, "/callback/a/", "404"), (.get, "//", "404"),
            (.get, "/v1/events", "404"),
            (.get, "/v1/jobs/7", "404"), (.get, "/V1/events/7", "404"),
            (.get, "/v1/tenants/t/webhooks/w/replay/x", "404"),
            (.put, "/v1/events/7", "405 GET, HEAD, DELETE"), (.post, "/v1/events/latest", "405 GET, HEAD"),
            (.head, "/v1/tenants/t/webhooks/w/replay", "405 POST"), (.other, "/", "405 GET, HEAD"),
        ])
    func finds(method: HTTPMethod, path: String, expected: String) {
        #expect(match(method, path) == expected)
    }

    @Test(
        "a pattern that is malformed or taken is a fault",
        arguments: [
            ("a", RouteFault.malformedPattern("a")), ("", .malformedPattern("")), ("/a?b", .malformedPattern("/a?b")),
            ("/{}", .malformedPattern("/{}")), ("/{a}/{a}", .malformedPattern("/{a}/{a}")),
            ("/a b", .malformedPattern("/a b")),
            ("/{a", .malformedPattern("/{a")), ("/{a}/{b}/{c}/{d}/{e}", .tooManyCaptures("/{a}/{b}/{c}/{d}/{e}")),
            ("/v1/events/{name}", .namesDiffer("/v1/events/{name}")),
            ("/v1/events/{id}", .takenTwice(.get, "/v1/events/{id}")),
        ])
    func faults(pattern: String, fault: RouteFault) {
        var table = Self.table
        #expect(throws: fault) { try table.add(.get, pattern, "x") }
    }
}
