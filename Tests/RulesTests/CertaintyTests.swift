// What the checker says of conditions that exclude or complete one another, against events: a route it calls impossible matches none.

import Events
import Language
import TestBasics
import Testing

@testable import Rules

@Suite("Warnings are certain")
struct CertaintyTests {
    @Test("a condition with a part that never holds matches no random event", arguments: 1...6 as ClosedRange<UInt64>)
    func contradictions(seed: UInt64) throws {
        var generator = RandomRules(random: SplitMix64(seed: seed))
        for round in 0..<60 {
            let text = generator.file(routes: 2)
            // One condition of both, so that parts meet.
            let conditions = text.split(separator: "\n").compactMap { line in
                guard let start = line.firstRange(of: " when ") else { return nil as String? }
                return line[start.upperBound...].split(separator: " to ").first.map { "(\($0))" }
            }
            guard conditions.count == 2 else { continue }
            let rules = RuleSet.check("route \"r\" { when \(conditions.joined(separator: " and ")) to webhooks }")
            let isImpossible = rules.findings.diagnostics.contains { $0.message.contains("can never match") }
            guard let checked = rules.rules, isImpossible else { continue }
            var matcher = Matcher(checked)
            for _ in 0..<40 {
                let event = generator.event()
                #expect(matcher.decide(event).routes.isEmpty, "seed \(seed), round \(round): \(conditions)")
            }
        }
    }

    @Test("what can hold is not called a contradiction")
    func possible() {
        for condition in [
            "content.size >= 3 and content.size <= 3", "content.size > 3 and content.size < 4",
            "tenant starts with \"a\" and tenant starts with \"ab\"", "tenant != \"a\" and tenant != \"b\"",
            "not tenant exists and tenant != \"a\"", "tenant = \"\u{E9}\" and tenant != \"e\u{301}\"",
            "type = message.* and type != message.received", "tenant in [\"a\", \"b\"] and tenant != \"a\"",
            "tenant = \"a\" or account != \"a\"", "content.text contains any [\"ab\", \"ba\"]",
        ] {
            #expect(
                RuleSet.check("route \"r\" { when \(condition) to webhooks }").findings.rendered == "", "\(condition)")
        }
    }

    @Test("texts of the same characters in other bytes are two values")
    func bytes() throws {
        let rules = try #require(
            RuleSet.check(
                """
                route "a" { when tenant = "\u{E9}" to webhooks stop }
                route "b" { when tenant = "e\u{301}" to webhooks }
                """
            ).rules)
        var matcher = Matcher(rules)
        #expect(matcher.decide(Event(.accountLogin, [.tenant: "\u{E9}"])).routes == [0])
        #expect(matcher.decide(Event(.accountLogin, [.tenant: "e\u{301}"])).routes == [1])
    }

    @Test("an error behind more warnings than are kept is shown, and refuses the file")
    func errorBehindWarnings() {
        let warnings = (0..<600).map { "route \"w\($0)\" { when tenant matches \"a\($0)\" to webhooks }" }
        let checked = RuleSet.check(
            warnings.joined(separator: "\n") + "\nroute \"e\" { when tenat = \"a\" to webhooks }")
        #expect(checked.rules == nil)
        #expect(checked.findings.diagnostics.contains { $0.severity == .error })
    }
}
