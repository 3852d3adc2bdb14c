// Whether what is expected is so, and if not, what is so instead, and why.

import Events
import Language
import Limits
import Rules

extension TrialRun {
    /// Nil if it is so.
    mutating func check(_ expectation: Expectation, of trial: Trial) -> TrialFailure? {
        if case .quota(let verdict, let count) = expectation.fact {
            return quota(verdict, count, expectation, of: trial)
        }
        if isRaised(expectation.fact) {
            return expectation.isNegated ? failure("the alert is raised", expectation, of: trial) : nil
        }
        guard !happenings.isEmpty else { return metricsAlone(expectation, of: trial) }
        for happening in happenings where isSo(expectation.fact, happening) == expectation.isNegated {
            return failure(of: happening, expectation, of: trial)
        }
        return nil
    }

    private func isSo(_ fact: Expectation.Fact, _ happening: Happening) -> Bool {
        let targets = rules.targets(happening.decision)
        switch fact {
        case .route(let name): return happening.decision.routes.contains { rules.routes[$0].name.value == name }
        case .shadowRoute(let name): return happening.decision.shadows.contains { rules.routes[$0].name.value == name }
        case .target(let pattern): return targets.contains(where: pattern.matches)
        case .only(let patterns):
            return targets.allSatisfy { target in patterns.contains { $0.value.matches(target) } }
                && patterns.allSatisfy { targets.contains(where: $0.value.matches) }
        case .nothing: return targets.allSatisfy { $0 == .drop }
        case .tenant(let name): return happening.record.text(of: .tenant) == name
        case .quota: return true
        }
    }

    // MARK: Alerts on metrics

    private var raised: [Alert] { watches.filter { $0.isRaised(at: now) }.map(\.alert) }

    private func isRaised(_ fact: Expectation.Fact) -> Bool {
        guard case .target(.alert(let name, let level)) = fact else { return false }
        return raised.contains { $0.name == name && (level ?? $0.level) == $0.level }
    }

    /// Nothing came in, something was measured.
    private func metricsAlone(_ expectation: Expectation, of trial: Trial) -> TrialFailure? {
        let raised = raised
        let names = raised.map { "alert \"\($0.name)\" level \($0.level.rawValue)" }
        let isSo: Bool
        switch expectation.fact {
        case .nothing: isSo = raised.isEmpty
        case .only(let patterns):
            let targets = raised.map { Target.alert(name: $0.name, level: $0.level) }
            isSo =
                targets.allSatisfy { target in patterns.contains { $0.value.matches(target) } }
                && patterns.allSatisfy { targets.contains(where: $0.value.matches) }
        default: isSo = false
        }
        guard isSo == expectation.isNegated else { return nil }
        let fact = names.isEmpty ? "no alert is raised" : "raised: \(names.joined(separator: ", "))"
        return failure(fact, expectation, of: trial, ["at \(now)"])
    }

    // MARK: Quotas

    private func quota(
        _ verdict: Expectation.QuotaVerdict, _ count: Int?, _ expectation: Expectation, of trial: Trial
    ) -> TrialFailure? {
        var counts: [Expectation.QuotaVerdict: Int] = [:]
        for happening in happenings {
            let rest = happening.event.count - happening.quota.granted
            counts[.allowed, default: 0] += happening.quota.granted
            counts[happening.quota.excess == .delay ? .delayed : .refused, default: 0] += rest
        }
        let total = happenings.reduce(0) { $0 + $1.event.count }
        let found = counts[verdict, default: 0]
        // Negated: not so many, or none at all.
        let isSo =
            if let count { (found == count) != expectation.isNegated } else {
                expectation.isNegated ? found == 0 : found == total && total > 0
            }
        guard !isSo else { return nil }
        let parts = Expectation.QuotaVerdict.allCases.compactMap { word in
            counts[word].flatMap { $0 > 0 ? "\($0) \(word.rawValue)" : nil }
        }
        let fact = total == 0 ? "no event asked the quotas" : "the quotas: \(parts.joined(separator: ", "))"
        return failure(fact, expectation, of: trial, happenings.compactMap { $0.shortage(rules) })
    }

    // MARK: Failures

    private mutating func failure(
        of happening: Happening, _ expectation: Expectation, of trial: Trial
    ) -> TrialFailure {
        let targets = happening.decision.targets.map { rules.targets[$0].shown }.joined(separator: ", ")
        let destination = targets.isEmpty ? "goes nowhere" : "goes to \(targets)"
        let not = expectation.isNegated ? "takes" : "does not take"
        let fact =
            switch expectation.fact {
            case .route(let name): "the event \(not) route \"\(name)\""
            case .shadowRoute(let name): "the event \(not) shadow route \"\(name)\""
            case .tenant: "the event is tenant \"\(happening.record.text(of: .tenant) ?? "")\"'s"
            default: "the event \(destination)"
            }
        var details = [
            "\(happening.record.type.name) on line \(happening.event.range.line), at \(happening.record.time)"
        ]
        if let shortage = happening.shortage(rules) { details.append(shortage) }
        if happening.quota.granted > 0, explanationsLeft > 0, failuresLeft > 0 {
            details += explain(happening).lines(about: routes(that: expectation.fact, happening))
        }
        return failure(fact, expectation, of: trial, details)
    }

    /// The routes that decide whether it is so: those it names, those with the targets it names, and those that were taken.
    private func routes(that fact: Expectation.Fact, _ happening: Happening) -> [Int] {
        let patterns: [TargetPattern]
        var wanted: Set<Int> = []
        switch fact {
        case .route(let name), .shadowRoute(let name):
            patterns = []
            wanted.formUnion(rules.routes.indices.filter { rules.routes[$0].name.value == name })
        case .target(let pattern): patterns = [pattern]
        case .only(let list):
            patterns = list.map(\.value)
            wanted.formUnion(happening.decision.routes)
        case .nothing:
            patterns = []
            wanted.formUnion(happening.decision.routes)
        case .tenant, .quota: return []
        }
        for place in rules.routes.indices
        where rules.routes[place].targets.contains(where: { target in
            patterns.contains { $0.matches(rules.targets[target]) }
        }) {
            wanted.insert(place)
        }
        return Array(wanted.sorted().prefix(Self.shownRoutes))
    }

    private static let shownRoutes = 10

    private func failure(
        _ fact: String, _ expectation: Expectation, of trial: Trial, _ details: [String] = []
    ) -> TrialFailure {
        TrialFailure(trial: trial.name.value, fact: fact, range: expectation.range, details: details)
    }
}

extension TrialRun.Happening {
    /// Why the quotas did not allow all of it, as a line.
    fileprivate func shortage(_ rules: RuleSet) -> String? {
        guard let shortage = quota.shortage else { return nil }
        let owner =
            switch quota.source {
            case .tenant(let name): "quota tenant \"\(name)\""
            case .everyone: "quota default"
            case nil: "Weir's default"
            }
        let times = shortage.freesAt.map { ", room again at \($0)" } ?? ""
        return
            "line \(event.range.line): \(quota.excess == .delay ? "delayed" : "refused") \(event.count - quota.granted) of "
            + "\(event.count): \(shortage.used) of \(shortage.limit) \(shortage.quota.rawValue) used (\(owner))\(times)"
    }
}
