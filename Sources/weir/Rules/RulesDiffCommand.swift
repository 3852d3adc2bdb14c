// `weir rules diff`: what new rules would do differently with the events that were recorded, before anybody deploys them.

import Codec
import Gateway
import Language
import Loop
import Redis
import Routing
import Rules

struct RulesDiffCommand: Command {
    private static let rules = Option(
        "rules", "PATH", "the old rules; else those that the configuration names")
    private static let last = Option("last", "DURATION", "how far back, as 90s, 15m, 24h or 7d; else 24h")
    private static let show = Option("show", "N", "events that go elsewhere to list, at most; else 20")
    private static let json = Option.flag("json", "prints JSON")

    static let manual = Manual(
        "diff", "replays recorded events through old and new rules, and says what goes elsewhere",
        operands: .one("NEW"),
        options: [rules, last, show, json, ConfigurationFile.option],
        notes: """
            NEW is a rule file, or a folder of them. The events come from the Redis of the configuration, which
            keeps what was routed as long as its `history` says; if that is less than --last, the output says how
            much. Of an event its id, time, type, tenant and account are shown, never its content. Weir may run
            meanwhile; nothing is routed or changed.
            As diff(1): 0 if all events go where they went, 1 if some go elsewhere, 2 for trouble.
            """)

    private let new: String
    private let old: String?
    private let last: Duration
    private let show: Int
    private let isJSON: Bool
    private let configuration: String?

    init(_ arguments: Arguments) throws(CommandError) {
        new = arguments.operands[0]
        old = arguments[Self.rules]
        let text = arguments[Self.last] ?? "24h"
        guard let last = Duration(quantity: text), RuleReplay.spans.contains(last) else {
            throw .usage("`--last` is a duration from 1s to 30d, such as 15m or 24h, not `\(text)`")
        }
        self.last = last
        show = try arguments.integer(Self.show, in: 0...100_000) ?? 20
        isJSON = arguments.has(Self.json)
        configuration = arguments[ConfigurationFile.option]
    }

    func run() throws(CommandError) -> ExitStatus {
        do throws(CommandError) {
            return try compare()
        } catch {
            guard case .failed(let text) = error else { throw error }
            throw .troubled(text)
        }
    }

    private func compare() throws(CommandError) -> ExitStatus {
        let access = try RedisAccess(try ConfigurationFile(named: configuration))
        let old = self.old ?? access.configuration.rules
        let (before, after) = (try usable(old), try usable(new))
        return try access.run { (redis) async throws(CommandError) in
            let replay: RuleReplay
            do throws(RedisError) {
                replay = try await RuleReplay.run(
                    before: before, after: after, last: last, changesMax: show, on: redis)
            } catch {
                throw .failed("the events cannot be read: \(error)")
            }
            if isJSON {
                try StandardOutput.write(replay.json.bytes + [UInt8(ascii: "\n")])
            } else {
                try StandardOutput.write(replay.rendered(before: old, after: new) + "\n")
            }
            return replay.diff.changed == 0 ? .success : .failure
        }
    }

    private func usable(_ path: String) throws(CommandError) -> RuleSet {
        let checked = try RulesLocation.load(path)
        guard let rules = checked.rules else {
            checked.findings.print()
            throw .failed("\(path) has \(checked.findings.counted)")
        }
        return rules
    }
}
