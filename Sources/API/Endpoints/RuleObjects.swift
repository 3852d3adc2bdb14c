// The objects of the rules' endpoints: how they are described, and the running rules as JSON. The JSON of checks, explanations and
// replays is theirs, since commands print it too.

import Codec
import Events
import Language
import Routing
import Rules

enum RuleObjects {
    /// Ten thousand routes; nobody has more by hand.
    static let bodyLimit = 2 << 20
    /// Of an event in question, in bytes: each route looks at it, and there may be twenty thousand.
    static let eventLimit = 256 << 10
    private static let filesMax = 64
    private static let many = 0...1_000_000
    private static let anyLength = 0...100_000_000
    private static let count = Schema.integer(0...Int64.max)
    private static let line = Schema.text(.any, 0...4096)
    private static let lines = Schema.array(of: line, many)

    private static let file = ObjectSchema(
        "RuleFile", "A rule file.",
        [
            .required("name", .text(.line, 1...200), "What findings call it: its path."),
            .required("text", .text(.rules, 0...bodyLimit), "The text."),
        ])

    static func files(_ name: String, _ meaning: String, _ members: [MemberSchema] = []) -> ObjectSchema {
        ObjectSchema(
            name, meaning,
            members + [
                .optional(
                    "files", .array(of: .object(file), 1...filesMax),
                    "The rule files, in their order; those called *.test.rules are tests, which a check runs."),
                .optional(
                    "text", .text(.rules, 0...bodyLimit), "Instead of `files`: the text of one, called main.rules."),
            ])
    }

    // MARK: Running rules

    static let running = ObjectSchema(
        "RunningRules", "The rules that run, of the process that answers; each process has its own.",
        [
            .required("version", .text(.line, 16...16), "Changes with the text; events' deliveries name it."),
            .required("loaded_at", .time, "When they took effect."),
            .required("path", line, "The file or folder they were read from."),
            .required(
                "files",
                .array(
                    of: .object(
                        ObjectSchema(
                            "RunningRuleFile", "A file as it was read.",
                            [
                                .required("name", line, "Its path."),
                                .required("text", .text(.any, anyLength), "The text; keys in URLs are dots."),
                            ])), many), "What was read then, not what lies there by now."),
            .required(
                "last_reload",
                .object(
                    ObjectSchema(
                        "RuleReload", "What came of the last reload.",
                        [
                            .required(
                                "ok", .boolean,
                                "Whether it took effect; if not, these rules are older than their files."),
                            .required("time", .time, "When."),
                            .required("reason", .text(.any, anyLength), "Why it was refused.", isNullable: true),
                        ])), "null: there was none since the start.", isNullable: true),
            .required("routes", .array(of: .object(runningRoute), many), "In the order of the files."),
        ])

    private static let runningRoute = ObjectSchema(
        "RunningRoute", "A route that runs.",
        [
            .required("name", line, "Its name."), .required("place", line, "File, line and column."),
            .required("targets", lines, "Where it sends events, as written after `to`."),
            .required("stop", .boolean, "Whether later routes are not asked when it matches."),
            .required("shadow", .boolean, "Whether it is counted only."),
            .required("matches", count, "How many events it matched in this process since these rules took effect."),
        ])

    static func json(_ state: RunningRules.State) -> JSONValue {
        let rules = state.rules
        return [
            "version": .string(rules.version), "loaded_at": .string(state.loadedAt.description),
            "path": .string(state.path),
            "files": .array(rules.files.map { ["name": .string($0.name), "text": .string($0.shown)] }),
            "last_reload": state.lastReload.map { reload in
                [
                    "ok": .bool(reload.refusal == nil), "time": .string(reload.time.description),
                    "reason": reload.refusal.map(JSONValue.string) ?? .null,
                ]
            } ?? .null,
            "routes": .array(
                rules.routes.enumerated().map { place, route in
                    [
                        "name": .string(route.name.value), "place": .string(route.name.range.place),
                        "targets": .array(route.targets.map { .string(rules.targets[$0].shown) }),
                        "stop": .bool(route.stops), "shadow": .bool(route.isShadow),
                        "matches": .number(JSONNumber(Int(clamping: rules.matches[place]))),
                    ]
                }),
        ]
    }

    // MARK: Answers

    static let checked = ObjectSchema(
        "RuleCheck", "What came of a check.",
        [
            .required("ok", .boolean, "Whether a reload would take these rules here."),
            .required("version", .text(.line, 16...16), "Theirs; null: they have errors.", isNullable: true),
            .required("routes", count, "How many there are.", isNullable: true),
            .required("findings", .array(of: .object(finding), many), "By file, from top to bottom."),
            .required(
                "faults", lines, "What is right in the text and cannot be used on this host, such as an absent secret."),
            .required(
                "unopened", lines,
                "Files of secrets that were not looked at, since the running rules do not name them: `weir rules check` on the host does."
            ),
            .required(
                "tests", .object(tests), "null: there are none, or they were not run as the rules have errors.",
                isNullable: true),
        ])

    private static let finding = ObjectSchema(
        "RuleFinding", "What is wrong at one place.",
        [
            .required("severity", .choice(["error", "warning"]), "With an error, rules cannot be used."),
            .required("file", line, "The name of the file."), .required("line", count, "From 1."),
            .required("column", count, "From 1, in characters."),
            .required("message", .text(.any, anyLength), "What it is."),
            .required("hint", .text(.any, anyLength), "What to write instead.", isNullable: true),
            .required(
                "rendered", .text(.any, anyLength), "All of it as a terminal shows it, with the line and a caret."),
        ])

    private static let tests = ObjectSchema(
        "RuleTests", "What came of the tests of rules; with one that fails, a reload is refused.",
        [
            .required(
                "findings", .array(of: .object(finding), many), "What is wrong in their files; with an error, none ran."
            ),
            .required("run", count, "How many ran."), .required("failed", count, "How many of them failed."),
            .required("failures", .array(of: .object(failure), many), "Each expectation that did not come true."),
            .required("gaps", lines, "What of the rules no test reached."),
        ])

    private static let failure = ObjectSchema(
        "RuleTestFailure", "An expectation that did not come true.",
        [
            .required("test", line, "The name of the test."), .required("file", line, "Its file."),
            .required("line", count, "From 1."), .required("column", count, "From 1, in characters."),
            .required("fact", .text(.any, anyLength), "What is so instead."),
            .required("rendered", .text(.any, anyLength), "All of it as a terminal shows it."),
        ])

    static let explanation = ObjectSchema(
        "RuleExplanation", "Where an event goes, and why.",
        [
            .required("version", .text(.line, 16...16), "Of the rules that were asked."),
            .required("routes", .array(of: .object(explainedRoute), many), "Every route, in the order of the files."),
            .required("targets", lines, "Where the event goes."),
            .required("rendered", .text(.any, anyLength), "All of it as `weir rules explain` prints it."),
            .required("warning", line, "A doubt about the event: its type may be misspelt.", isNullable: true),
        ])

    private static let explainedRoute = ObjectSchema(
        "ExplainedRoute", "What became of a route.",
        [
            .required("name", line, "Its name."), .required("place", line, "File, line and column."),
            .required(
                "outcome", .choice(["matched", "failed", "stopped"]),
                "stopped: not tried, as an earlier one said `stop`."),
            .required(
                "clause", .text(.any, anyLength), "Of a failed one: the first clause that was false.", isNullable: true),
            .required("clause_place", line, "Where it stands.", isNullable: true),
            .required(
                "seen",
                .array(
                    of: .object(
                        ObjectSchema(
                            "SeenField", "What a clause saw.",
                            [
                                .required("field", line, "The field."),
                                .required("value", line, "As text, cut if it is long; null: absent.", isNullable: true),
                            ])), many), "What the clause saw."),
            .required("stopped_by", line, "Of a stopped one: the route that stopped.", isNullable: true),
            .required("targets", lines, "Where it sends events."),
            .required("stop", .boolean, "Whether it says `stop`."),
            .required("shadow", .boolean, "Whether it is counted only."),
        ])

    static let difference = ObjectSchema(
        "RuleDifference", "What two rule sets do differently with the same events.",
        [
            .required("before", .text(.line, 16...16), "The version of the rules that run."),
            .required("after", .text(.line, 16...16), "Of the new ones."),
            .required("since", .time, "From where on events were asked for."), .required("until", .time, "To where."),
            .required("complete", .boolean, "Whether every event between them was compared."),
            .required("complete_since", .time, "From here on every event was: the recording is shorter, or truncated."),
            .required(
                "truncated", .boolean,
                "Whether there were more than \(RuleDesk.replayEventsMax) events; the latest ones were compared."),
            .required("events", count, "How many were compared."),
            .required("unchanged", count, "Those that go where they went."),
            .required("changed", count, "Those that go elsewhere."),
            .required("rerouted", count, "Unchanged ones that other routes matched."),
            .required("unreadable", count, "Records that no rule sees."),
            .required(
                "routes", .array(of: .object(row), 0...RuleReplay.jsonRowsMax),
                "How many events each route matched; of very many, those that differ."),
            .required(
                "targets", .array(of: .object(row), 0...RuleReplay.jsonRowsMax), "How many events went to each target."),
            .required("changes", .array(of: .object(change), 0...1000), "Events that go elsewhere, the latest first."),
            .required("rendered", .text(.any, anyLength), "All of it as `weir rules diff` prints it."),
        ])

    private static let row = ObjectSchema(
        "RuleDifferenceRow", "A route or a target.",
        [
            .required("name", line, "Its name."),
            .required("before", count, "Events by the running rules; null: they do not have it.", isNullable: true),
            .required("after", count, "Events by the new rules; null: they do not have it.", isNullable: true),
        ])

    private static let change = ObjectSchema(
        "ChangedEvent", "An event that goes elsewhere, without what it says.",
        [
            .required("id", line, "Its id."), .required("time", .time, "When it happened."),
            .required("type", line, "Its type."),
            .required("tenant", line, "Whose it is."), .required("account", line, "The account."),
            .required("before", lines, "Its targets by the running rules."),
            .required("after", lines, "By the new ones."),
            .required("began", lines, "Routes that match it by the new rules only."),
            .required("ceased", lines, "Routes that match it by the running ones only."),
        ])
}
