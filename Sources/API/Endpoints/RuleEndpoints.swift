// The rules that run, and trying others: what the console edits rules with. Rules come into force by their files only.

import Codec
import Events
import HTTP
import Identity
import Language
import Loop
import Routing
import Rules

enum RuleEndpoints {
    static let all = [get, check, explain, diff]

    private static let get = Endpoint(
        .get, "/api/v1/rules", "getRules", "Show the rules that run", action: "rules.read", scope: .platform,
        answers: [.ok(RuleObjects.running, "What this process goes by, whatever its files say by now.")],
        problems: [.rulesBusy],
        .needs(.rulesRead) { (call, _) async throws(Problem) in
            let state = call.services.rules.running.state
            return Reply(.ok, .json, try await call.services.rules.work { RuleObjects.json(state).bytes })
        })

    private static let check = Endpoint(
        .post, "/api/v1/rules/check", "checkRules", "Check rules, as a reload would", action: "rules.check",
        scope: .platform, body: RuleObjects.files("RuleFiles", "Rules to be checked."),
        bodyLimit: RuleObjects.bodyLimit,
        answers: [.ok(RuleObjects.checked, "All that is to be said about them.")], problems: [.rulesBusy],
        isQuestion: true,
        .needs(.rulesRead) { (call, _) async throws(Problem) in
            Reply(.ok, .json, try await call.services.rules.check(try call.ruleFiles(areRequired: true)))
        })

    private static let explain = Endpoint(
        .post, "/api/v1/rules/explain", "explainRules", "Explain where an event would go, and why",
        action: "rules.explain",
        scope: .platform,
        body: RuleObjects.files(
            "RuleQuestion", "An event, and the rules to ask; without any, those that run.",
            [
                .required(
                    "event", .anyObject,
                    "As tenants get it; only `type` must be there: {\"type\": \"message.received\", \"content\": {\"text\": \"hello\"}}."
                )
            ]), bodyLimit: RuleObjects.bodyLimit,
        answers: [.ok(RuleObjects.explanation, "What became of each route.")], problems: [.rulesBusy, .rulesInvalid],
        isQuestion: true,
        .needs(.rulesRead) { (call, _) async throws(Problem) in
            let now = Timestamp(milliseconds: call.basics.loop.wallMilliseconds) ?? .epoch
            let bytes = (call.body["event"] ?? .null).bytes
            guard bytes.count <= RuleObjects.eventLimit else {
                throw Problem(wrong: "event", "length", "must have at most \(RuleObjects.eventLimit) bytes")
            }
            let sketch: EventSketch
            do throws(EventFault) {
                sketch = try EventSketch(json: bytes.span, now: now)
            } catch {
                throw Problem(wrong: "event", "format", "\(error)")
            }
            let rules = try await call.services.rules.rules(try call.ruleFiles())
            let answer = try await call.services.rules.work { () -> [UInt8] in
                var matcher = Matcher(rules)
                let explanation = matcher.explain(sketch.event).json
                let warning = sketch.warning.map(JSONValue.string) ?? .null
                return JSONValue.object((explanation.object ?? []) + [.init("warning", warning)]).bytes
            }
            return Reply(.ok, .json, answer)
        })

    private static let diff = Endpoint(
        .post, "/api/v1/rules/diff", "diffRules", "Tell what would go elsewhere by new rules",
        action: "rules.diff", scope: .platform,
        body: RuleObjects.files(
            "RuleComparison", "New rules, to be compared with those that run.",
            [
                .optional(
                    "last", .text(.duration, 2...16), "How far back events are replayed, up to 30d; 24h unless given."),
                .optional(
                    "show", .integer(0...1000), "How many events that go elsewhere are listed at most; 20 unless given."
                ),
            ]), bodyLimit: RuleObjects.bodyLimit,
        answers: [
            .ok(
                RuleObjects.difference,
                "What was found in the recorded events, of which Weir keeps as many as its `history` says. Nothing of what they say is shown."
            )
        ],
        problems: [.rulesBusy, .rulesInvalid], isQuestion: true,
        .needs(.rulesRead) { (call, _) async throws(Problem) in
            let last = Duration(quantity: call.body["last"]?.string ?? "24h") ?? .zero
            guard RuleReplay.spans.contains(last) else {
                throw Problem(wrong: "last", "not_allowed", "must be a duration from 1s to 30d")
            }
            let rules = try await call.services.rules.rules(try call.ruleFiles(areRequired: true))
            let replay = try await call.services.rules.replay(
                rules, last: last, changesMax: call.body["show"]?.integer.map(Int.init) ?? 20, on: call.services.redis)
            let answer = try await call.services.rules.work { () -> [UInt8] in
                let text = replay.rendered(before: "running", after: "new")
                return JSONValue.object((replay.json.object ?? []) + [.init("rendered", .string(text))]).bytes
            }
            return Reply(.ok, .json, answer)
        })
}

extension APICall {
    /// The files of the body, which may have one as `text`.
    fileprivate func ruleFiles(areRequired: Bool = false) throws(Problem) -> [RuleText] {
        if let text = body["text"]?.string {
            guard body["files"] == nil else {
                throw Problem(wrong: "text", "not_allowed", "must not be given together with `files`")
            }
            return [RuleText(name: "main.rules", text: text)]
        }
        guard let files = body["files"]?.array else {
            guard !areRequired else { throw Problem(wrong: "files", "required", "is required, unless there is `text`") }
            return []
        }
        var names: Set<String> = []
        for (index, file) in files.enumerated() where !names.insert(file["name"]?.string ?? "").inserted {
            throw Problem(wrong: "files[\(index)].name", "repeated", "must be the name of one file only")
        }
        let texts = files.map { RuleText(name: $0["name"]?.string ?? "", text: $0["text"]?.string ?? "") }
        guard texts.contains(where: { !$0.isTest }) else {
            throw Problem(wrong: "files", "not_allowed", "must have rules, not only tests of rules")
        }
        return texts
    }
}

extension Problem {
    fileprivate init(wrong field: String, _ code: String, _ detail: String) {
        self.init(
            .validationFailed, "Wrong members or parameters: 1; see errors.",
            errors: [MemberFault(field: field, code: code, detail: detail)])
    }
}
