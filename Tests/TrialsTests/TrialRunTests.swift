// Every file of `Golden/` is a case named after its mistake, or after what it shows: rules, a line `---`, tests, a line `---`, and
// what comes out: the findings, or for each test whether it passed and why not, then what the tests left out.
//
// `WEIR_GOLDEN=rewrite swift test --filter TrialsTests` writes what comes out into the files, to be reviewed as a diff.

import Gateway
import Language
import Rules
import TestBasics
import Testing

@testable import Trials

@Suite("Tests of rules")
struct TrialRunTests {
    static func cases() throws -> [GoldenCase] { try GoldenCase.all(in: "Tests/TrialsTests/Golden", parts: 3) }

    @Test("what comes out of each case is what its file says", arguments: try TrialRunTests.cases())
    func golden(_ golden: GoldenCase) throws {
        let outcome = try outcome(rules: golden.given[0], tests: golden.given[1])
        #expect(try outcome == golden.expected(for: outcome))
    }

    @Test("there are cases, and none of them is silent")
    func noneIsSilent() throws {
        let cases = try Self.cases()
        #expect(cases.count > 40)
        for golden in cases { #expect(!golden.expected.isEmpty, "\(golden)") }
    }

    private func outcome(rules: String, tests: String) throws -> String {
        let checked = RuleSet.check([SourceFile(name: "main.rules", text: rules)])
        let rules = try #require(checked.rules, "\(checked.findings.rendered)")
        let suite = TrialSuite([SourceFile(name: "main.test.rules", text: tests)], of: rules, zone: ZoneName.zone)
        var lines: [String] = []
        if !suite.findings.isEmpty { lines.append(suite.findings.rendered) }
        for outcome in suite.report?.outcomes ?? [] {
            lines.append("\(outcome.hasPassed ? "✔" : "✘") \(outcome.trial.name.value)")
            lines += outcome.failures.map(\.rendered)
        }
        if let report = suite.report { lines += [report.coverage.summary] + report.coverage.gaps }
        return lines.map { $0 + "\n" }.joined()
    }
}
