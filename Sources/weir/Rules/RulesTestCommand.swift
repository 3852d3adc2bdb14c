// `weir rules test`: runs the tests beside the rules, and says of each that failed what was expected, what happened, and why.

import Gateway
import Language
import Rules
import Telemetry
import Trials

struct RulesTestCommand: Command {
    private static let cover = Option.flag(
        "cover", "fails if a route, a quota or an alert on a metric is reached by no test")
    private static let junit = Option.flag("junit", "prints the results as JUnit XML, for CI")

    static let manual = Manual(
        "test", "runs the tests beside the rules (*.test.rules)",
        operands: .optional("PATH"),
        options: [ConfigurationFile.option, cover, junit],
        notes: """
            PATH is a folder with *.rules and *.test.rules, or NAME.rules with NAME.test.rules beside it. Without
            it: what the setting `rules` of the configuration names, by default ./Rules. A test reads like this:
              test "complaint raises an alert" {
                  event  type message.received content.text "我要退款"
                  expect alert "customer complaint"
              }
            A running Weir puts no changed rules in force whose tests fail.
            """)

    private let path: String
    private let mustCover: Bool
    private let isXML: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        mustCover = arguments.has(Self.cover)
        isXML = arguments.has(Self.junit)
        path =
            if let path = arguments.operands.first { path } else {
                try RulesLocation.configured(arguments[ConfigurationFile.option])
            }
    }

    func run() throws(CommandError) -> ExitStatus {
        let files = try RulesLocation.read(path)
        let checked = RuleSet.check(files.rules)
        guard let rules = checked.rules else {
            checked.findings.print()
            throw .failed("\(path) has \(checked.findings.counted)")
        }
        if let fault = files.testFault { throw .failed("\(fault)") }
        guard !files.tests.isEmpty else {
            throw .failed("there are no tests beside \(path); they stand in *.test.rules, see `weir rules test --help`")
        }
        let suite = TrialSuite(files.tests, of: rules, zone: ZoneName.zone)
        suite.findings.print()
        guard let report = suite.report else { throw .failed("the tests have \(suite.findings.counted)") }
        // Passing would be said of nothing.
        guard !report.outcomes.isEmpty else {
            let names = files.tests.map(\.name).joined(separator: ", ")
            throw .failed("there is no test in \(names); see `weir rules test --help`")
        }
        try StandardOutput.write(isXML ? report.junit : text(report))
        if report.failedCount > 0 {
            throw .failed("\(report.failedCount) of \(quantity(report.outcomes.count, "test")) failed")
        }
        let gaps = report.coverage.gaps
        if mustCover, !gaps.isEmpty { throw .failed("the tests leave \(quantity(gaps.count, "gap"))") }
        return .success
    }

    private func text(_ report: TrialReport) -> String {
        var text = ""
        for outcome in report.outcomes {
            text += "\(outcome.hasPassed ? "✔" : "✘") \(Printable.line(outcome.trial.name.value))\n"
            for failure in outcome.failures { text += failure.rendered + "\n" }
        }
        let passed = report.outcomes.count - report.failedCount
        text += "\(passed) of \(quantity(report.outcomes.count, "test")) passed"
        let coverage = report.coverage.summary
        text += coverage.isEmpty ? "\n" : "; reached: \(coverage)\n"
        for gap in report.coverage.gaps { text += "  \(Printable.line(gap))\n" }
        return text
    }
}
