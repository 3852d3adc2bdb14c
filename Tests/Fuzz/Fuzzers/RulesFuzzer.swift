// Rule files: any text is checked to an end and every refusal is told; rules that check clean decide and explain alike, and decide
// without asking for memory.

import Allocations
import Events
import Language
import Rules

extension Fuzzer {
    static let rules = Fuzzer(
        name: "rules",
        about: "any text as a rule file: findings, decisions and explanations agree, deciding allocates nothing",
        sizeMax: 2048,
        words: Field.allCases.map(\.name) + EventType.allCases.map(\.name) + [
            "route \"", "when ", " to ", "webhooks", "stop", "and ", "or ", "not ", " in [", "contains any [",
            "contains ",
            "starts with ", "ends with ", "matches ", "exists", ">=", "!=", "quota tenant \"", "alert \"", "channel ",
            "notify ", "suppress repeats for ", "group by [", "silence \"", "zone \"Asia/Shanghai\"", "secret env:",
            "level ", "per day", "5m", "2MB", "1.5%", "\"*\"", "drop",
        ],
        seeds: { try Samples.rules() },
        check: { input in try RulesCheck(input: input).run() })
}

struct RulesCheck {
    static let events: [Event] = {
        let time = Timestamp(milliseconds: 1_795_473_180_123) ?? .epoch
        var message = Event(.messageReceived, at: time, source: .callback)
        for (name, value) in [
            ("tenant", "b"), ("account", "a"), ("content.text", "我要退款 x \u{301}"), ("content.size", "3000000"),
            ("content.kind", "text"), ("content.from", "zhangsan"),
        ] {
            if let field = Field(name: name) { message.set(field, to: value) }
        }
        return [message]
            + [EventType.unknown, .accountLogin, .messageSent].map { Event($0, at: .epoch, source: .callback) }
    }()

    let input: [UInt8]

    func run() throws {
        let allocations = allocations_of_this_thread()
        let checked = RuleSet.check([SourceFile(name: "main.rules", bytes: input)])
        if allocations_are_counted() {
            try require(allocations_of_this_thread() > allocations, "what asks for memory is counted")
        }
        try require((checked.rules == nil) == checked.findings.hasErrors, "no rules without an error said")
        try checkFindings(checked.findings)
        guard let rules = checked.rules else { return }

        let longer = RuleSet.check([SourceFile(name: "main.rules", bytes: input + Array("\n# the end\n".utf8))])
        try require(longer.findings.rendered == checked.findings.rendered, "a comment behind it changes nothing")
        try require(longer.rules?.routes.count, equals: rules.routes.count, "a comment behind it adds no route")
        try require(longer.rules?.version != rules.version, "another text is another version")

        var matcher = Matcher(rules)
        for event in Self.events {
            let decision = matcher.decide(event)
            var fresh = Matcher(rules)
            try require(fresh.decide(event), equals: decision, "what an earlier event leaves in a matcher")
            let explanation = matcher.explain(event)
            try require(explanation.decision, equals: decision, "an explanation explains the decision")
            let matched = explanation.routes.indices.filter { explanation.routes[$0].outcome == .matched }
            try require(matched, equals: decision.routes, "the index leaves no route out and adds none")
            try require(Set(decision.targets).count, equals: decision.targets.count, "each target once")
            try require(!explanation.rendered.isEmpty, "an explanation has words")
        }
        // What is not optimised makes copies that nothing in force makes.
        #if !DEBUG
            try checkAllocations(of: rules)
        #endif
    }

    private func checkAllocations(of rules: RuleSet) throws {
        var matcher = Matcher(rules)
        var decision = Decision()
        // Memory that grows with what an event finds has its size after the first round.
        for event in Self.events { matcher.decide(event, into: &decision) }
        let before = allocations_of_this_thread()
        for event in Self.events { matcher.decide(event, into: &decision) }
        try require(allocations_of_this_thread() - before, equals: 0, "deciding allocates")
    }

    private func checkFindings(_ findings: Findings) throws {
        for finding in findings.diagnostics {
            let range = finding.range.bytes
            try require(range.lowerBound >= 0 && range.upperBound <= input.count, "a finding points into the file")
            try require(finding.range.start.line >= 1 && finding.range.start.column >= 1, "lines count from 1")
        }
        let rendered = findings.rendered
        try require(rendered.isEmpty, equals: findings.isEmpty, "what was found is told")
        try require(
            !rendered.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }, "no control byte")
    }
}
