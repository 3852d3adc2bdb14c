// `weir rules check`: all that is wrong with the rules, without putting them in force.

import Gateway
import Language
import Rules
import Telemetry

struct RulesCheckCommand: Command {
    private static let strict = Option.flag("strict", "warnings fail too")

    static let manual = Manual(
        "check", "checks rule files, or the *.rules of a folder",
        operands: .any("PATH"),
        options: [ConfigurationFile.option, strict],
        notes: """
            Without a PATH: what the setting `rules` of the configuration names, by default ./Rules. Each PATH
            is checked as rules of its own. Errors and warnings go to standard error, each with the line and
            a caret. Secrets that rules name and this environment lacks are warnings here, since rules may be
            checked elsewhere than they run; `weir serve` and `weir config check` demand them.
            """)

    private let paths: [String]
    private let isStrict: Bool
    private let surroundings: Surroundings

    init(_ arguments: Arguments) throws(CommandError) {
        isStrict = arguments.has(Self.strict)
        surroundings = try .ofThisProcess()
        paths =
            arguments.operands.isEmpty
            ? [try RulesLocation.configured(arguments[ConfigurationFile.option])] : arguments.operands
    }

    func run() throws(CommandError) -> ExitStatus {
        let endpoints = RuleEndpoints(surroundings: surroundings, delivery: DeliverySettings())
        var failed: [String] = []
        for path in paths {
            let checked = try RulesLocation.load(path)
            checked.findings.print()
            let missing = checked.rules.map(endpoints.faults(in:)) ?? []
            for fault in missing { StandardError.write(Array("warning: \(fault)\n\n".utf8)) }
            let counted = checked.findings.counted(errors: 0, warnings: missing.count)
            if let rules = checked.rules, !(isStrict && !counted.isEmpty) {
                let verdict = counted.isEmpty ? "right" : "usable, with \(counted)"
                try StandardOutput.write("\(path): \(verdict), \(quantity(rules.routes.count, "route"))\n")
            } else {
                failed.append("\(path) has \(counted)")
            }
        }
        if !failed.isEmpty { throw .failed(failed.joined(separator: "; ")) }
        return .success
    }
}
