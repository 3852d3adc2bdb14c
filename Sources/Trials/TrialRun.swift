// Runs the tests of rules: each from a clock and quotas of its own, in virtual time. Pure: nothing is read, nothing is sent.

import Codec
import Events
import Language
import Limits
import Rules

struct TrialRun {
    /// What came in or was measured since the expectations before.
    struct Happening {
        let event: TrialEvent
        /// As it would be routed, with its time.
        let record: Event
        let quota: QuotaTally.Answer
        /// Where those go that the quotas allow.
        let decision: Decision
    }

    /// A test that asks the same event the same question a thousand times is no test. Counted are routes and targets of events, when they
    /// come in and whenever something is expected of them; half a second's worth.
    static let workMax = 20_000_000
    private let workMax: Int
    private(set) var work = 0
    /// Whether the tests are too much work, and the last one was not run to its end.
    var isExhausted: Bool { work > workMax }
    /// So many are told of in all, and one of each test beyond that.
    private(set) var failuresLeft = 1000
    /// As many routes may still be explained; who has more failures than that reads no more of them.
    var explanationsLeft = 200_000

    let rules: RuleSet
    private let zone: (String) -> ZoneInfo?
    private let usualZone: ZoneInfo
    private let quotas: QuotaTable
    private(set) var coverage: TrialCoverage
    private var matcher: Matcher

    // Of the trial that runs.
    private(set) var now = Trial.start
    private var zoneNow = ZoneInfo.utc
    private var tally: QuotaTally
    private(set) var watches: [AlertWatch] = []
    private var isMeasured = false
    private(set) var happenings: [Happening] = []
    /// What it costs to look at all of them.
    private var weight = 0
    /// Whether the next thing that happens begins what the next expectations are about.
    private var isAsked = false

    /// - Parameter zone: a zone by its name; nil for one that does not exist, which `TrialSuite` has refused before.
    init(_ rules: RuleSet, workMax: Int, zone: @escaping (String) -> ZoneInfo?) {
        self.rules = rules
        self.workMax = workMax
        self.zone = zone
        usualZone = zone(TenantAllowance().timezone) ?? ZoneInfo(fixed: 8 * 3600)
        quotas = QuotaTable(rules.quotas)
        coverage = TrialCoverage(rules)
        matcher = Matcher(rules)
        tally = QuotaTally(quotas)
    }

    mutating func run(_ trial: Trial) -> TrialReport.Outcome {
        now = Trial.start
        zoneNow = usualZone
        tally = QuotaTally(quotas)
        watches = rules.alerts.map { AlertWatch($0) }
        isMeasured = false
        happenings = []
        weight = 0
        isAsked = false
        var failures: [TrialFailure] = []
        for step in trial.steps {
            guard !isExhausted else { break }
            switch step {
            case .at(let moment): now = moment
            case .after(let duration):
                now = Timestamp(milliseconds: now.milliseconds + Int64(duration / .milliseconds(1))) ?? now
            case .zone(let name): zoneNow = zone(name.value) ?? zoneNow
            case .event(let event):
                begin()
                happenings.append(happen(event))
            case .metric(let metric, let value):
                begin()
                isMeasured = true
                for place in watches.indices where watches[place].alert.metric == metric {
                    watches[place].observe(value, at: now)
                }
            case .expect(let expectation):
                isAsked = true
                work += weight
                guard let failure = check(expectation, of: trial) else { continue }
                if failures.isEmpty || failuresLeft > 0 { failures.append(failure) }
                failuresLeft -= 1
            }
            if isMeasured {
                work += watches.count
                for (place, watch) in watches.enumerated() where watch.isRaised(at: now) {
                    coverage.alerts.insert(place)
                }
            }
        }
        return TrialReport.Outcome(trial: trial, failures: failures)
    }

    private mutating func begin() {
        if isAsked {
            happenings = []
            weight = 0
        }
        isAsked = false
    }

    private mutating func happen(_ event: TrialEvent) -> Happening {
        let record = event.event(at: now)
        let tenant = record.text(of: .tenant) ?? ""
        let answer: QuotaTally.Answer
        if event.type == .sendRequested {
            answer = tally.takeMessages(
                event.count, tenant: tenant, account: record.text(of: .account) ?? "", zone: zoneNow, at: now)
        } else if record.text(of: .source) == EventSource.callback.rawValue {
            answer = tally.takeCallbacks(event.count, tenant: tenant, at: now)
        } else {
            answer = QuotaTally.Answer(granted: event.count)
        }
        if let source = answer.source { coverage.quotas.insert(source) }
        // What a quota refuses becomes no event; what it delays is asked for again, by an event of the test.
        let decision = answer.granted > 0 ? matcher.decide(record) : Decision()
        let cost = 1 + decision.routes.count + decision.shadows.count + decision.targets.count
        weight += cost
        work += cost
        if coverage.routes.count < rules.routes.count {
            coverage.routes.formUnion(decision.routes)
            coverage.routes.formUnion(decision.shadows)
        }
        return Happening(event: event, record: record, quota: answer, decision: decision)
    }

    /// Of the event of one happening.
    mutating func explain(_ happening: Happening) -> Explanation {
        explanationsLeft -= rules.routes.count
        return matcher.explain(happening.record)
    }
}
