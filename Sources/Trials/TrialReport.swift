// What came of the tests: which passed, which did not and why, and what of the rules none of them reached.

package import Language
package import Rules

package struct TrialReport: Sendable {
    package struct Outcome: Sendable {
        package let trial: Trial
        package let failures: [TrialFailure]
        package var hasPassed: Bool { failures.isEmpty }
    }

    package var outcomes: [Outcome] = []
    package var coverage: TrialCoverage

    package var failures: [TrialFailure] { outcomes.flatMap(\.failures) }
    package var failedCount: Int { outcomes.count { !$0.hasPassed } }
}

/// An expectation that did not come true.
package struct TrialFailure: Sendable {
    package let trial: String
    /// What is so instead.
    package let fact: String
    /// The expectation.
    package let range: SourceRange
    /// Why, in lines.
    package let details: [String]

    /// One line, for logs.
    package var summary: String { diagnostic?.summary ?? fact }

    /// With the source line, a caret, and the details below.
    package var rendered: String {
        ([diagnostic?.rendered ?? fact] + details.map { "   " + DisplayWidth.printable($0) }).joined(separator: "\n")
    }

    private var diagnostic: Diagnostic? {
        var findings = Findings()
        findings.error("test \"\(trial)\": expected \(expected), but \(fact)", at: range)
        return findings.diagnostics.first
    }

    private var expected: String {
        range.shown.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// What the tests reached.
package struct TrialCoverage: Sendable {
    package let rules: RuleSet
    /// Places of routes that some event matched, those in shadow as well.
    package var routes: Set<Int> = []
    /// Quotas that refused or delayed something.
    package var quotas: Set<Quota.Subject> = []
    /// Places of alerts on metrics that were raised.
    package var alerts: Set<Int> = []

    init(_ rules: RuleSet) { self.rules = rules }

    /// What nothing reached, each as a line: `route "a" (main.rules:3:7) is taken by no test`.
    package var gaps: [String] {
        var gaps: [String] = []
        for (place, route) in rules.routes.enumerated() where !routes.contains(place) {
            gaps.append("route \"\(route.name.value)\" (\(route.name.range.place)) is taken by no test")
        }
        for quota in rules.quotas where !quotas.contains(quota.subject) {
            gaps.append("quota \(quota.subject.shown) holds nothing back in any test")
        }
        for (place, alert) in rules.alerts.enumerated() where !alerts.contains(place) {
            gaps.append("alert \"\(alert.name)\" is raised by no test")
        }
        return gaps
    }

    /// "routes 3 of 4, quotas 1 of 1": what there is.
    package var summary: String {
        let rows = [
            ("routes", routes.count, rules.routes.count), ("quotas", quotas.count, rules.quotas.count),
            ("alerts on metrics", alerts.count, rules.alerts.count),
        ]
        let shown = rows.filter { $0.2 > 0 }.map { (name, reached, all) in "\(name) \(reached) of \(all)" }
        return shown.joined(separator: ", ")
    }
}

extension Quota.Subject {
    fileprivate var shown: String {
        switch self {
        case .everyone: "default"
        case .tenant(let name): "tenant \"\(name)\""
        }
    }
}
