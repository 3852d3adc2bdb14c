// What one event record turns into, decided without Redis.

import Events
import Gateway
import Language
import Rules
import Testing

@testable import Routing

@Suite struct RoutingPlannerTests {
    private func endpoint(_ name: String, _ types: EventTypeSet) throws -> Endpoint {
        Endpoint(
            tenant: "acme", name: name, url: try HTTPURL("https://example.com/\(name)"),
            keys: [try WebhookKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")], types: types, concurrency: 1,
            timeout: .seconds(1))
    }

    private func planner(_ rules: String) throws -> RoutingPlanner {
        let checked = RuleSet.check([SourceFile(name: "main.rules", text: rules)])
        let endpoints = [try endpoint("crm", [.messageReceived]), try endpoint("all", .all)]
        let tenant = Tenant(name: "acme", sources: [], endpoints: endpoints)
        let table = try RoutingTable(tenants: [tenant], rules: try #require(checked.rules)) { tenant, url, _ in
            try Endpoint(tenant: tenant, url: try HTTPURL(url), keys: [], concurrency: 1, timeout: .seconds(1))
        }
        return RoutingPlanner(table)
    }

    private func record(_ type: EventType, tenant: String = "acme") -> [UInt8] {
        var event = Event(type, at: .epoch, source: .callback)
        var ids = EventIDGenerator()
        var random = SystemRandomNumberGenerator()
        event.set(.id, to: ids.next(at: .epoch, using: &random))
        event.set(.tenant, to: tenant)
        event.set(.account, to: "sales")
        event.set(.dedupe, to: "key")
        var bytes: [UInt8] = []
        event.append(jsonTo: &bytes)
        return bytes
    }

    private func endpoints(_ entries: [PlannedEntry]) -> [String] {
        entries.filter { $0.stream == .webhooks }.map { entry in
            let value = entry.fields.first { $0.name == Delivery.Name.endpoint }?.value ?? []
            return String(decoding: value, as: UTF8.self)
        }
    }

    @Test("the tenant's own webhooks get the types they ask for")
    func subscriptions() throws {
        var planner = try planner("route \"r\" { to webhooks }")
        let message = planner.plan(record(.messageReceived))
        let login = planner.plan(record(.accountLogin))
        #expect(Set(endpoints(message)) == ["acme/crm", "acme/all"])
        #expect(endpoints(login) == ["acme/all"])
    }

    @Test(
        "what was subscribed to through the API gets the types and the events that its filter lets pass, while it receives"
    )
    func subscribers() throws {
        var planner = try planner("route \"r\" { to webhooks }")
        func subscriber(_ name: String, _ filter: String?, isReceiving: Bool = true) throws -> Subscriber {
            Subscriber(
                endpoint: try endpoint(name, [.messageReceived]),
                filter: try filter.map { try #require(Filter.check($0).filter) },
                isReceiving: isReceiving)
        }
        planner.subscribers = SubscriberTable([
            try subscriber("sub_all", nil), try subscriber("sub_sales", "account = \"sales\""),
            try subscriber("sub_support", "account = \"support\""), try subscriber("sub_off", nil, isReceiving: false),
        ])
        let message = planner.plan(record(.messageReceived))
        let login = planner.plan(record(.accountLogin))
        let foreign = planner.plan(record(.messageReceived, tenant: "other"))
        #expect(endpoints(message) == ["acme/crm", "acme/all", "acme/sub_all", "acme/sub_sales"])
        #expect(endpoints(login) == ["acme/all"] && foreign.isEmpty)
        // Another filter under the same name is another filter.
        planner.subscribers = SubscriberTable([try subscriber("sub_sales", "account = \"support\"")])
        let later = planner.plan(record(.messageReceived))
        #expect(endpoints(later) == ["acme/crm", "acme/all"])
    }

    @Test("an event of a tenant reaches no endpoint of another")
    func otherTenant() throws {
        var planner = try planner("route \"r\" { to webhooks to webhook \"https://rule.example.com/\" }")
        let plan = planner.plan(record(.messageReceived, tenant: "other"))
        #expect(plan.isEmpty)
    }

    @Test("an endpoint that two routes name gets the event once")
    func once() throws {
        var planner = try planner(
            """
            route "a" { to webhook "https://rule.example.com/" to webhooks }
            route "b" { when type = message.received to webhook "https://rule.example.com/" to webhooks }
            """)
        let reached = endpoints(planner.plan(record(.messageReceived)))
        #expect(reached.count == 3 && Set(reached).count == 3)
    }

    @Test("targets without a handler yet get the record in streams of their own, dropped events go nowhere")
    func otherTargets() throws {
        var planner = try planner(
            """
            route "a" { when type = account.login to accounts to outbound to alert "seen" level warning }
            route "b" { when type = account.logout to drop }
            """)
        let streams = planner.plan(record(.accountLogin)).map(\.stream)
        #expect(Set(streams) == [.accounts, .outbound, .alerts] && streams.count == 3)
        let dropped = planner.plan(record(.accountLogout))
        #expect(dropped.isEmpty)
    }

    @Test("a record that cannot be read is kept for a human")
    func unreadable() throws {
        var planner = try planner("route \"r\" { to webhooks }")
        let plan = planner.plan(Array("not json".utf8))
        #expect(plan.map(\.stream) == [.unroutable])
    }
}
