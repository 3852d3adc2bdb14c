// Every file of `Golden/` is a case named after its mistake: rules, a line `---`, the JSON of an event or nothing, a line `---`,
// and what comes out: the findings as text, then the explanation of where the event goes.
//
// `WEIR_GOLDEN=rewrite swift test --filter RulesTests` writes what comes out into the files, to be reviewed as a diff.

import Events
import Language
import TestBasics
import Testing

@testable import Rules

@Suite("GoldenTests")
struct GoldenTests {
    static func cases() throws -> [GoldenCase] { try GoldenCase.all(in: "Tests/RulesTests/Golden", parts: 3) }

    @Test("what comes out of each case is what its file says", arguments: try GoldenTests.cases())
    func golden(_ golden: GoldenCase) throws {
        let outcome = try outcome(rules: golden.given[0], event: golden.given[1])
        #expect(try outcome == golden.expected(for: outcome))
    }

    @Test("there are cases, and none of them is silent")
    func noneIsSilent() throws {
        #expect(GoldenCase.flaws(of: try Self.cases(), atLeast: 40) == [])
    }

    private func outcome(rules: String, event: String) throws -> String {
        let checked = RuleSet.check(rules)
        var parts: [String] = []
        if !checked.findings.isEmpty { parts.append(checked.findings.rendered + "\n") }
        if !event.isEmpty {
            let rules = try #require(checked.rules, "a case with an event needs rules without errors")
            var matcher = Matcher(rules)
            let event = try Event(sample: Array(event.utf8))
            parts.append(matcher.explain(event).rendered + "\n")
        }
        return parts.joined(separator: "\n")
    }
}
