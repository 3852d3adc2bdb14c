// What endpoints ask about rules. Checking a large file takes longer than the loop may be kept from others, so it is done on a
// thread; a replay reads Redis in pages between which everybody else has a turn.

import Codec
import Gateway
import HTTP
import Language
package import Loop
import Redis
package import Routing
package import Rules
import Trials

/// Belongs to the listener's loop.
package final class RuleDesk {
    /// Events that one replay compares at most: a second's work, in small parts.
    static let replayEventsMax = 100_000
    /// With ten thousand routes that look into texts, fewer are compared.
    private static let replayTimeMax = Duration.seconds(20)
    private static let waitingMax = 8

    let running: RunningRules
    private let workshop: Workshop
    private let faults: @Sendable (RuleSet, _ unopened: Set<String>) -> [String]
    private var isReplaying = false

    /// - Parameter faults: what this host would refuse in rules whose text is right, such as a secret that is not there. It opens
    ///   none of the files it is given.
    package init(
        on loop: EventLoop, running: RunningRules,
        faults: @escaping @Sendable (RuleSet, _ unopened: Set<String>) -> [String]
    ) {
        self.running = running
        self.faults = faults
        workshop = Workshop(on: loop, threadsMax: 1, waitingMax: Self.waitingMax)
    }

    /// The answer to a check, tests included, made there too: each finding is shown with its line. A file is opened only if the
    /// running rules name it: whoever asks must not learn what else this host has, nor make Weir wait for a pipe.
    func check(_ files: [RuleText]) async throws(Problem) -> [UInt8] {
        let known = running.state.rules.secretFiles
        return try await work { [faults] in
            let checked = RuleSet.check(files.filter { !$0.isTest }.map(\.file))
            let tests = files.filter(\.isTest).map(\.file)
            let suite = tests.isEmpty ? nil : checked.rules.map { TrialSuite(tests, of: $0, zone: ZoneName.zone) }
            let unopened = checked.rules?.secretFiles.subtracting(known) ?? []
            return checked.json(
                faults: checked.rules.map { faults($0, unopened) } ?? [], tests: suite, unopened: unopened.sorted()
            ).bytes
        }
    }

    /// The rules of these files; without files, those that run.
    func rules(_ files: [RuleText]) async throws(Problem) -> RuleSet {
        let files = files.filter { !$0.isTest }
        guard !files.isEmpty else { return running.state.rules }
        let checked = try await work { RuleSet.check(files.map(\.file)) }
        guard let rules = checked.rules else { throw Problem(checked.findings) }
        return rules
    }

    /// Dear work that needs nothing of the loop.
    func work<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(Problem) -> Value {
        guard let value = await workshop.run(body) else { throw Self.busy }
        return value
    }

    func replay(
        _ rules: RuleSet, last: Duration, changesMax: Int, on redis: RedisClient
    ) async throws(Problem) -> RuleReplay {
        guard !isReplaying else { throw Self.busy }
        isReplaying = true
        defer { isReplaying = false }
        do throws(RedisError) {
            return try await RuleReplay.run(
                before: running.state.rules, after: rules, last: last, eventsMax: Self.replayEventsMax,
                timeMax: Self.replayTimeMax,
                changesMax: changesMax, on: redis)
        } catch {
            throw Problem(.unavailable, "The recorded events cannot be read now (\(error)).", retryAfter: 1)
        }
    }

    private static let busy = Problem(
        .rulesBusy, "Weir is at work for others who check or compare rules. Repeat the request.", retryAfter: 1)
}

/// A rule file that somebody sent.
struct RuleText: Sendable {
    let name: String
    let text: String

    var isTest: Bool { name.hasSuffix(RuleFiles.testSuffix) }

    /// Goes through the text, so not on the loop.
    var file: SourceFile { SourceFile(name: name, text: text) }
}

extension ProblemCode {
    static let rulesBusy = ProblemCode(
        "rules_busy", .serviceUnavailable,
        "Others have rules checked or compared just now; Retry-After says when to come again.")
    static let rulesInvalid = ProblemCode(
        "rules_invalid", .unprocessableContent,
        "The rules have errors; `errors` lists them, and a check shows the places.")
}

extension Problem {
    /// An answer has so many at most; a check has all.
    private static let findingsShown = 50

    fileprivate init(_ findings: Findings) {
        let errors = findings.diagnostics.filter { $0.severity == .error }
        self.init(
            .rulesInvalid, "The rules have errors: \(errors.count).",
            errors: errors.prefix(Self.findingsShown).map {
                MemberFault(field: $0.range.place, code: "rule_error", detail: $0.message)
            })
    }
}
