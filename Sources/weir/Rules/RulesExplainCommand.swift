// `weir rules explain`: asks the rules about one event, which may be a record of Weir's or a few lines written by hand. Of a
// route that does not match, the first clause that was false is shown, and what it saw.

import Events
import Language
import Rules
import Telemetry

struct RulesExplainCommand: Command {
    private static let rules = Option(
        "rules", "PATH", "the rule file or folder; else the one that the configuration names")

    static let manual = Manual(
        "explain", "says which routes match an event, and why the others do not",
        operands: .one("EVENT.json|-"),
        options: [rules, ConfigurationFile.option],
        notes: """
            The event is JSON as tenants get it; only its `type` must be there:
              {"type": "message.received", "content": {"kind": "text", "text": "hello"}}
            """)

    private let event: String
    private let rules: String

    init(_ arguments: Arguments) throws(CommandError) {
        event = arguments.operands[0]
        rules =
            if let path = arguments[Self.rules] { path } else {
                try RulesLocation.configured(arguments[ConfigurationFile.option])
            }
    }

    func run() throws(CommandError) -> ExitStatus {
        let checked = try RulesLocation.load(rules)
        guard let rules = checked.rules else {
            checked.findings.print()
            throw .failed("\(self.rules) has \(checked.findings.counted)")
        }
        var matcher = Matcher(rules)
        try StandardOutput.write(matcher.explain(try readEvent()).rendered + "\n")
        return .success
    }

    private func readEvent() throws(CommandError) -> Event {
        let bytes = try InputFile.read(event)
        let now = Timestamp(milliseconds: Int64(WallClock.now() / .milliseconds(1))) ?? .epoch
        do throws(EventFault) {
            let sketch = try EventSketch(json: bytes.span, now: now)
            if let warning = sketch.warning { StandardError.write(Array("warning: \(warning)\n\n".utf8)) }
            return sketch.event
        } catch {
            throw .failed("\(event == "-" ? "standard input" : event): \(error)")
        }
    }
}
