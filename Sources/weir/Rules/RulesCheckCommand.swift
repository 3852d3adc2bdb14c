// `weir rules check`: all that is wrong with the rules, without putting them in force.

import Language
import Rules

struct RulesCheckCommand: Command {
    private static let strict = Option.flag("strict", "warnings fail too")

    static let manual = Manual(
        "check", "checks rule files, or the *.rules of a folder",
        operands: .any("PATH"),
        options: [ConfigurationFile.option, strict],
        notes: """
            Without a PATH: what the setting `rules` of the configuration names, by default ./Rules. Each PATH
            is checked as rules of its own. Errors and warnings go to standard error, each with the line and
            a caret.
            """)

    private let paths: [String]
    private let isStrict: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        isStrict = arguments.has(Self.strict)
        paths =
            arguments.operands.isEmpty
            ? [try RulesLocation.configured(arguments[ConfigurationFile.option])] : arguments.operands
    }

    func run() throws(CommandError) -> ExitStatus {
        var failed: [String] = []
        for path in paths {
            let checked = try RulesLocation.load(path)
            checked.findings.print()
            if let rules = checked.rules, !(isStrict && !checked.findings.isEmpty) {
                let verdict = checked.findings.isEmpty ? "right" : "usable, with \(checked.findings.counted)"
                try StandardOutput.write("\(path): \(verdict), \(quantity(rules.routes.count, "route"))\n")
            } else {
                failed.append("\(path) has \(checked.findings.counted)")
            }
        }
        if !failed.isEmpty { throw .failed(failed.joined(separator: "; ")) }
        return .success
    }
}
