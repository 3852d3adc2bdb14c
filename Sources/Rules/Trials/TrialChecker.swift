// Checks tests against the rules they are of: that the routes, alerts and webhooks they name exist.

import Codec
package import Language

extension Trial {
    /// Reads tests and checks them against these rules. All that is wrong is in the findings.
    package static func check(_ files: [SourceFile], against rules: RuleSet, findings: inout Findings) -> [Trial] {
        let trials = TrialParser.parse(files, findings: &findings)
        var checker = TrialChecker(rules, findings)
        for trial in trials { checker.check(trial) }
        findings = checker.findings
        return trials
    }
}

private struct TrialChecker {
    var findings: Findings
    private let isShadow: [String: Bool]
    private let urls: Set<String>
    /// Raised by routes and by metrics.
    private let alerts: Set<String>
    private let watched: Set<AlertMetric>
    private var names: [String: SourceRange] = [:]

    init(_ rules: RuleSet, _ findings: Findings) {
        self.findings = findings
        isShadow = Dictionary(rules.routes.map { ($0.name.value, $0.isShadow) }) { first, _ in first }
        urls = Set(rules.targets.compactMap { if case .webhook(let url, _, _) = $0 { url } else { nil } })
        alerts = Set(
            rules.alerts.map(\.name)
                + rules.targets.compactMap { if case .alert(let name, _) = $0 { name } else { nil } })
        watched = Set(rules.alerts.map(\.metric))
    }

    mutating func check(_ trial: Trial) {
        if let first = names[trial.name.value] {
            findings.error(
                "the name of this test stands twice", at: trial.name.range,
                hint: findings.isFull ? nil : "the first is at \(first.place)")
        } else {
            names[trial.name.value] = trial.name.range
        }
        for step in trial.steps {
            switch step {
            case .expect(let expectation): check(expectation)
            case .metric(let metric, let value): check(metric, value, of: trial)
            case .at, .after, .zone, .event: break
            }
        }
    }

    private mutating func check(_ metric: AlertMetric, _ value: Double, of trial: Trial) {
        guard !watched.contains(metric) else { return }
        findings.warning(
            "test \"\(trial.name.value)\" sets `\(metric.rawValue)`, which no alert of the rules watches",
            at: trial.name.range)
    }

    private mutating func check(_ expectation: Expectation) {
        switch expectation.fact {
        case .route(let name): check(route: name, inShadow: false, expectation.range)
        case .shadowRoute(let name): check(route: name, inShadow: true, expectation.range)
        case .target(let target): check(target, expectation.range)
        case .only(let targets): for target in targets { check(target.value, target.range) }
        case .nothing, .tenant, .quota: break
        }
    }

    private mutating func check(route name: String, inShadow: Bool, _ range: SourceRange) {
        guard let isShadow = isShadow[name] else {
            return unknown("route", name, among: Array(self.isShadow.keys), range)
        }
        guard isShadow != inShadow else { return }
        findings.error(
            isShadow ? "route \"\(name)\" is in shadow and is never taken" : "route \"\(name)\" is not in shadow",
            at: range, hint: isShadow ? "write `expect shadow route \"\(name)\"`" : "write `expect route \"\(name)\"`")
    }

    private mutating func check(_ target: TargetPattern, _ range: SourceRange) {
        switch target {
        case .alert(let name, _) where !alerts.contains(name): unknown("alert", name, among: Array(alerts), range)
        case .webhook(let url) where !urls.contains(url):
            unknown("webhook", url, among: Array(urls), range, shown: { URLMask.masked($0) })
        default: break
        }
    }

    private mutating func unknown(
        _ what: String, _ name: String, among names: [String], _ range: SourceRange,
        shown: (String) -> String = { $0 }
    ) {
        let guess = findings.isFull ? nil : didYouMean(name, among: names.sorted())
        findings.error(
            "the rules have no \(what) \"\(shown(name))\""
                + (guess.map {
                    shown($0) == shown(name)
                        ? "; one differs from it in what is masked" : "; did you mean \"\(shown($0))\"?"
                } ?? ""), at: range,
            hint: names.isEmpty ? "they have no \(what) at all" : nil)
    }
}
