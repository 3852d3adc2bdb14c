// What is told of the rules in force.

import Events
import Language
import Rules
import Telemetry
import Testing

@testable import Routing

@Suite struct RunningRulesTests {
    private func rules(_ text: String) throws -> RuleSet {
        try #require(RuleSet.check([SourceFile(name: "main.rules", text: text)]).rules)
    }

    private func counts(_ running: RunningRules) -> [String: UInt64] {
        Dictionary(uniqueKeysWithValues: running.matchesByRoute.map { ($0.route, $0.count) })
    }

    @Test("a route that reloads keep goes on counting, also by batches that end behind the reload")
    func matches() throws {
        let first = try rules("route \"a\" { to webhooks } route \"b\" { to accounts }")
        let second = try rules("route \"new\" { to outbound } route \"a\" { to webhooks }")
        let third = try rules("route \"a\" { to webhooks } route \"b\" { to accounts }")
        let running = RunningRules(first, path: "Rules", at: .epoch)
        first.matches.add([0, 1])
        first.matches.add([0])
        running.replace(with: second, path: "Rules", at: .epoch)
        first.matches.add([0])
        second.matches.add([0, 1])
        #expect(counts(running) == ["new": 1, "a": 4])
        running.replace(with: third, path: "Rules", at: .epoch)
        third.matches.add([0])
        // One that comes back at the very next reload has only been away.
        #expect(counts(running) == ["a": 5, "b": 1])
    }

    @Test("a metric has so many routes at most, and the others as one")
    func bound() throws {
        let many = try rules((0..<600).map { "route \"r\($0)\" { to webhooks }\n" }.joined())
        let running = RunningRules(many, path: "Rules", at: .epoch)
        many.matches.add(Array(0..<600))
        #expect(running.matchesByRoute.count == 501)
        #expect(counts(running)["other"] == 100 && counts(running)["r499"] == 1)
        let registry = MetricsRegistry()
        running.register(in: registry)
        let text = registry.text()
        #expect(text.contains("\nweir_route_matches_total{route=\"r0\"} 1\n"))
        #expect(text.contains("\nweir_route_matches_total{route=\"other\"} 100\n"))
        #expect(text.contains("# TYPE weir_route_matches_total counter\n"))
        #expect(text.contains("\nweir_rules_loaded_timestamp_seconds 0\n"))
    }

    @Test("a route that is called as the others are does not make a series twice, which Prometheus would refuse")
    func namesake() throws {
        let names = ["other"] + (0..<600).map { "r\($0)" }
        let many = try rules(names.map { "route \"\($0)\" { to webhooks }\n" }.joined())
        let running = RunningRules(many, path: "Rules", at: .epoch)
        many.matches.add(Array(0..<601))
        #expect(running.matchesByRoute.count == 500)
        #expect(counts(running)["other"] == 102)
    }

    @Test("a refused reload is remembered until one takes effect")
    func refusal() throws {
        let rules = try rules("route \"a\" { to webhooks }")
        let running = RunningRules(rules, path: "Rules", at: .epoch)
        #expect(running.state.lastReload == nil)
        let later = try #require(Timestamp(milliseconds: 5))
        running.refuseReload("no", at: later)
        #expect(running.state.lastReload?.refusal == "no" && running.state.loadedAt == .epoch)
        running.replace(with: rules, path: "Rules", at: later)
        #expect(running.state.lastReload?.refusal == nil && running.state.loadedAt == later)
    }
}
