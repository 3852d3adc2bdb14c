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
        #expect(GoldenCase.flaws(of: try Self.cases(), atLeast: 40) == [])
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

    @Test("tests that would take minutes are refused, wherever their work lies")
    func work() throws {
        let many = (0..<300).map { "route \"r\($0)\" { to alert \"a\($0)\" }\n" }.joined()
        let event = "event type message.received\n"
        let expect = "expect not drop\n"
        for (rules, tests) in [
            (many, String(repeating: event, count: 300) + expect),
            (
                "route \"a\" { to webhooks }",
                String(repeating: event, count: 300) + String(repeating: expect, count: 300)
            ),
        ] {
            let checked = RuleSet.check([SourceFile(name: "main.rules", text: rules)])
            let file = SourceFile(name: "main.test.rules", text: "test \"t\" {\n\(tests)}\n")
            let suite = TrialSuite([file], of: try #require(checked.rules), workMax: 80_000, zone: ZoneName.zone)
            #expect(suite.report == nil && suite.faults.count == 1)
            #expect(suite.faults.first?.contains("main.test.rules:1:6: error: up to this test") == true)
        }
    }

    @Test("thousands of failures at a clause of a megabyte stay readable, and small")
    func failures() throws {
        let words = (0..<2000).map { "\"tenant-\($0)\",\n" }.joined()
        let checked = RuleSet.check([
            SourceFile(name: "main.rules", text: "route \"a\" { when tenant in [\(words)] to webhooks }")
        ])
        let expects = String(repeating: "expect webhooks\n", count: 1500)
        let file = SourceFile(name: "main.test.rules", text: "test \"t\" { event type message.received\n\(expects)}\n")
        let suite = TrialSuite([file], of: try #require(checked.rules), zone: ZoneName.zone)
        let failures = try #require(suite.report?.failures)
        #expect(failures.count == 1000 && failures[0].rendered.contains("tenant in [\"tenant-0\""))
        #expect(failures[0].rendered.utf8.count < 4096)
    }

    @Test("no text traps the parser or the run, and nothing that fails is silent", arguments: 0..<4 as Range<UInt64>)
    func mutations(offset: UInt64) throws {
        var random = SplitMix64(seed: Seed.ofThisRun &+ offset)
        let rules = try #require(RuleSet.check([SourceFile(name: "main.rules", text: Self.rules)]).rules)
        let pieces = Self.tests.split(separator: " ").map { Array($0.utf8) + [0x20] }
        for round in 0..<150 {
            var bytes = Array(Self.tests.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...30, using: &random)))
                case 1: bytes.insert(contentsOf: random.pick(pieces), at: min(place, bytes.count))
                case 2: bytes.insert(random.pick(Array("{}[]()\",=#\n\\:-+9".utf8)), at: min(place, bytes.count))
                default: if !bytes.isEmpty { bytes[place] = UInt8.random(in: 0...255, using: &random) }
                }
            }
            let suite = TrialSuite([SourceFile(name: "t", bytes: bytes)], of: rules) { ZoneName.zone($0) }
            #expect((suite.report == nil) == suite.findings.hasErrors, "round \(round); \(Seed.note)")
            #expect((suite.report?.failedCount ?? 1) == 0 || !suite.faults.isEmpty, "round \(round); \(Seed.note)")
            for failure in suite.report?.failures ?? [] { #expect(!failure.rendered.isEmpty) }
        }
    }

    private static let rules = """
        route "a" { when type = message.received and content.text contains "x"   to webhooks   to alert "n" }
        quota default { messages 3 per day   sends 1 per minute per account   callbacks 2 per second   over delay }
        alert "o" { when account.offline_duration > 5m for 60s }
        """

    private static let tests = """
        test "t" { zone "America/New_York" at 2026-02-01T09:00:00+08:00 event type message.received content.text "x"
        content.size 5 content.from_me true time "2026-01-05T09:00:00Z" times 3 expect route "a" expect not drop
        expect only [webhooks, alert "n" level warning] after 5m expect quota allowed 2 times expect tenant "example"
        metric account.offline_duration 6m after 90d expect alert "o" event type send.requested expect quota delayed }
        """

    @Test("more steps than a reload may run are refused")
    func steps() throws {
        let rules = try #require(RuleSet.check([SourceFile(name: "main.rules", text: Self.rules)]).rules)
        func errors(_ count: Int) -> [String] {
            let text =
                "test \"t\" {\n" + String(repeating: "event type unknown\n", count: count - 1) + "expect nothing }\n"
            return TrialSuite([SourceFile(name: "t", text: text)], of: rules) { ZoneName.zone($0) }.faults
        }
        #expect(errors(100_000) == [])
        #expect(errors(100_001) == ["t:100002:1: error: these tests have more than 100000 steps"])
    }
}
