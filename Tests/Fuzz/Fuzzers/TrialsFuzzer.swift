// Files of tests: any text is read to an end, what it says is run, and the same is said of it again, formatted or not.

import Codec
import Gateway
import Language
import Rules
import Trials

extension Fuzzer {
    static let trials = Fuzzer(
        name: "trials", about: "any text as rules and tests of them: findings, outcomes, formatting and JSON agree",
        sizeMax: 4096,
        words: rules.words + [
            "---\n", "test \"", "event ", "type ", "expect ", "expect not ", "expect only [", "expect nothing ",
            "expect quota delayed ", "expect quota allowed ", "expect shadow \"", "after ", "times ", "metric ",
            "at 2026-01-05T09:00:00+08:00 ", "zone \"America/New_York\"", "account.offline_duration ", "90d",
            "source callback ", "send.requested ", "1000000000000",
        ],
        seeds: { try Samples.trials() },
        check: { input in try TrialsCheck(input: input).run() })
}

private struct TrialsCheck {
    /// Rules up to a line of three dashes, and tests behind it; without it, tests of the rules below.
    let input: [UInt8]

    private static let usual = SourceFile(
        name: "main.rules",
        text: """
            route "a" { when type = message.received and content.text contains "x"   to webhooks   to alert "n" }
            route "b" { when tenant = "t"   to drop   stop shadow }
            quota default { messages 3 per day   sends 1 per minute per account   callbacks 2 per second   over delay }
            alert "o" { when account.offline_duration > 5m for 60s }
            """)

    func run() throws {
        let lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let dashes = lines.firstIndex { $0.elementsEqual("---".utf8) }
        let end = [UInt8(ascii: "\n")]
        let rules = dashes.map {
            SourceFile(name: "main.rules", bytes: Array(lines[..<$0].joined(separator: end)))
        }
        let tests = Array(lines[(dashes.map { $0 + 1 } ?? 0)...].joined(separator: end))
        let checked = RuleSet.check([rules ?? Self.usual])
        guard let rules = checked.rules else { return }

        let suite = suite(tests, of: rules)
        try require((suite.report == nil) == suite.findings.hasErrors, "no run with an error, and a run without")
        try checkFindings(suite.findings, in: tests)
        let longer = self.suite(tests + Array("\n# the end\n".utf8), of: rules)
        try require(longer.findings.rendered == suite.findings.rendered, "a comment behind it changes nothing")
        try require(outcomes(longer), equals: outcomes(suite), "a comment behind it changes no outcome")
        let document = checked.json(faults: [], tests: suite).bytes
        try require((try? JSONValue(parsing: document.span)) != nil, "what came out is JSON")
        guard let report = suite.report else { return }

        try require(report.failedCount == 0, equals: suite.faults.isEmpty, "what fails is a fault")
        for failure in report.failures {
            try require(isPrintable(failure.rendered), "no control byte:\n\(failure.rendered)")
        }
        let coverage = report.coverage
        try require(coverage.routes.allSatisfy { rules.routes.indices.contains($0) }, "a route that was reached is one")
        try require(coverage.alerts.allSatisfy { rules.alerts.indices.contains($0) }, "an alert that was raised is one")

        // A file that begins with a test is formatted as one of tests whatever its name.
        let formatted = RuleSet.format(SourceFile(name: "main.test.rules", bytes: tests))
        try require(formatted.bytes != nil || formatted.findings.hasErrors, "what is not formatted has an error")
        guard let bytes = formatted.bytes else { return }
        try require(outcomes(self.suite(bytes, of: rules)), equals: outcomes(suite), "formatted:\n\(text(bytes))")
    }

    private func suite(_ tests: [UInt8], of rules: RuleSet) -> TrialSuite {
        TrialSuite([SourceFile(name: "main.test.rules", bytes: tests)], of: rules, zone: ZoneName.zone)
    }

    /// Which tests passed, and what was so instead where one did not.
    private func outcomes(_ suite: TrialSuite) -> [String]? {
        suite.report?.outcomes.map { "\($0.trial.name.value): \($0.failures.map(\.fact))" }
    }

    private func checkFindings(_ findings: Findings, in tests: [UInt8]) throws {
        for finding in findings.diagnostics {
            let range = finding.range.bytes
            try require(range.lowerBound >= 0 && range.upperBound <= tests.count, "a finding points into the file")
        }
        try require(findings.rendered.isEmpty, equals: findings.isEmpty, "what was found is told")
        try require(isPrintable(findings.rendered), "no control byte:\n\(findings.rendered)")
    }

    private func isPrintable(_ text: String) -> Bool {
        !text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }
    }
}
