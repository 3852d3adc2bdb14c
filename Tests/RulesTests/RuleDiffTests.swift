// Two rule sets and the same events.

import Codec
import Events
import Language
import TestBasics
import Testing

@testable import Rules

@Suite struct RuleDiffTests {
    private func diff(_ before: String, _ after: String, _ events: [Event], changesMax: Int = 10) throws -> RuleDiff {
        var comparer = RuleComparer(
            before: try #require(RuleSet.check(before).rules), after: try #require(RuleSet.check(after).rules),
            changesMax: changesMax)
        var diff = comparer.diff
        for event in events {
            var record: [UInt8] = []
            event.append(jsonTo: &record)
            diff.add(comparer.compare(record))
        }
        return diff
    }

    private func message(_ text: String) -> Event {
        Event(
            .messageReceived,
            [
                .id: "id of \(text)", .tenant: "acme", .account: "sales", .dedupe: "key", .text: text,
            ])
    }

    private func row(_ rows: [RuleDiff.Row], _ name: String) throws -> [Int] {
        let row = try #require(rows.first { $0.name == name })
        return [row.before, row.after]
    }

    @Test("an event that goes elsewhere is told with its targets and the routes that changed")
    func changes() throws {
        let before = "route \"all\" { to webhooks }"
        let after = """
            route "refund" { when type = message.received and content.text contains "refund" to alert "refund" stop }
            route "all" { to webhooks }
            """
        let diff = try diff(before, after, [message("a refund, please"), message("hello")])
        #expect((diff.events, diff.changed, diff.unchanged, diff.rerouted) == (2, 1, 1, 0))
        let change = try #require(diff.changes.first)
        #expect(change.id == "id of a refund, please" && change.tenant == "acme" && change.account == "sales")
        #expect(change.before == ["webhooks"] && change.after == ["alert \"refund\" level warning"])
        #expect(change.began == ["refund"] && change.ceased == ["all"])
        #expect(try row(diff.routes, "all") == [2, 1])
        #expect(try row(diff.routes, "refund") == [0, 1])
        #expect(try row(diff.targets, "webhooks") == [2, 1])
    }

    @Test("of thousands of routes and targets a few are named, and the others counted")
    func many() throws {
        let after = (0..<1000).map { "route \"r\($0)\" { to alert \"a\($0)\" }\n" }.joined()
        let diff = try diff("route \"r0\" { to webhooks }", after, [message("hello")])
        let change = try #require(diff.changes.first)
        #expect(change.began.count == 51 && change.began[0] == "r1" && change.began.last == "and 949 more")
        #expect(change.after.count == 51 && change.after.last == "and 950 more")
        #expect(diff.routes.count == 1000 && diff.targets.count == 1001)
    }

    @Test("the same targets by other routes, in another order, are no change")
    func rerouted() throws {
        let before = "route \"a\" { to webhooks to accounts }"
        let after = "route \"b\" { to accounts } route \"c\" { to webhooks }"
        let diff = try diff(before, after, [message("hello")])
        #expect((diff.changed, diff.unchanged, diff.rerouted) == (0, 1, 1))
        #expect(diff.routes.map(\.isInBefore) == [true, false, false])
    }

    @Test("a route in shadow is counted and sends nothing")
    func shadow() throws {
        let diff = try diff(
            "route \"a\" { to webhooks }", "route \"a\" { to webhooks } route \"b\" { to accounts shadow }",
            [message("hello")])
        #expect(diff.changed == 0 && diff.rerouted == 1)
        #expect(try row(diff.routes, "b") == [0, 1])
        #expect(try row(diff.targets, "accounts") == [0, 0])
    }

    @Test("the query of a URL is compared and never shown")
    func query() throws {
        func rules(_ key: String) -> String { "route \"a\" { to webhook \"https://u:p@example.com/hook?key=\(key)\" }" }
        let diff = try diff(rules("one-secret"), rules("two-secret"), [message("hello")])
        let change = try #require(diff.changes.first)
        #expect(change.before == ["webhook \"https://••••@example.com/hook?••••\""])
        #expect(change.before == change.after)
        let same = try self.diff(rules("one-secret"), rules("one-secret"), [message("hello")])
        #expect(same.changed == 0)
        let shown = try #require(RuleSet.check(rules("one-secret")).rules).files[0].shown
        #expect(shown == "route \"a\" { to webhook \"https://••••@example.com/hook?••••\" }")
    }

    @Test("no more events are listed than were asked for; all are counted, also the unreadable ones")
    func bounds() throws {
        let events = (0..<5).map { message("\($0)") }
        var diff = try diff("route \"a\" { to webhooks }", "route \"a\" { to drop }", events, changesMax: 2)
        #expect(diff.changed == 5 && diff.changes.map(\.id) == ["id of 0", "id of 1"])
        let rules = try #require(RuleSet.check("route \"a\" { to webhooks }").rules)
        var comparer = RuleComparer(before: rules, after: rules, changesMax: 2)
        diff = comparer.diff
        diff.add(comparer.compare(Array("not json".utf8)))
        #expect((diff.events, diff.unreadable) == (0, 1))
    }

    @Test("random rules: a rule set does nothing differently from itself, and counts as its matcher does")
    func reflexive() throws {
        let texts = ["refund", "hello", "退款", ""]
        let text = """
            route "a" { when content.text contains any ["refund", "退款"] to webhooks stop }
            route "b" { when not content.text contains "hello" to accounts }
            """
        let diff = try diff(text, text, texts.map(message))
        #expect((diff.events, diff.changed, diff.rerouted) == (4, 0, 0))
        #expect(diff.routes.allSatisfy { $0.before == $0.after })
    }
}
