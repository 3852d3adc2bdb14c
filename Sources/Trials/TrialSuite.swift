// The tests of a rule set, read, checked and run: what `weir rules test` shows and a reload asks for.

package import Codec
package import Language
package import Rules

package struct TrialSuite: Sendable {
    /// What is wrong in the files of tests.
    package let findings: Findings
    /// Nil if the findings have an error: then nothing was run.
    package let report: TrialReport?

    /// - Parameter zone: a time zone by its name, nil for one that does not exist.
    package init(_ files: [SourceFile], of rules: RuleSet, zone: @escaping (String) -> ZoneInfo?) {
        self.init(files, of: rules, workMax: TrialRun.workMax, zone: zone)
    }

    init(_ files: [SourceFile], of rules: RuleSet, workMax: Int, zone: @escaping (String) -> ZoneInfo?) {
        var findings = Findings()
        var known: [String: ZoneInfo] = [:]
        let trials = Trial.check(files, against: rules, findings: &findings)
        for case .zone(let name) in trials.lazy.flatMap(\.steps) where known[name.value] == nil {
            if let zone = zone(name.value) {
                known[name.value] = zone
            } else {
                findings.error(
                    "there is no time zone \"\(name.value)\"", at: name.range, hint: "such as \"Asia/Shanghai\"")
            }
        }
        var run = TrialRun(rules, workMax: workMax) { known[$0] ?? zone($0) }
        var outcomes: [TrialReport.Outcome] = []
        for trial in trials where !findings.hasErrors {
            outcomes.append(run.run(trial))
            guard run.isExhausted else { continue }
            findings.error(
                "up to this test, the tests are too much work", at: trial.name.range,
                hint: "a reload runs them all, and must not take long; expect less of fewer events at once")
        }
        self.findings = findings
        report = findings.hasErrors ? nil : TrialReport(outcomes: outcomes, coverage: run.coverage)
    }

    /// What keeps the rules from being put in force, each as a line; empty when all is well.
    package var faults: [String] {
        findings.diagnostics.filter { $0.severity == .error }.map(\.summary) + (report?.failures.map(\.summary) ?? [])
    }
}
