// `weir rules fmt`: writes rule files in their one style, or says which are not in it.

import Language
import Rules
import Telemetry

struct RulesFormatCommand: Command {
    private static let check = Option.flag(
        "check", "changes nothing; names the files that are not in the style, and fails")

    static let manual = Manual(
        "fmt", "writes rule files in their one style",
        operands: .any("PATH"),
        options: [ConfigurationFile.option, check],
        notes: """
            Without a PATH: what the setting `rules` of the configuration names, by default ./Rules. Of a folder,
            the *.rules, tests included. `-` formats standard input to standard output, for editors.
            Comments are kept. What files say does not change, and formatting again changes nothing. A file
            with errors is left as it is. Files are replaced as a whole; the names of those that changed are printed.
            """)

    private let paths: [String]
    private let onlyChecks: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        onlyChecks = arguments.has(Self.check)
        paths =
            arguments.operands.isEmpty
            ? [try RulesLocation.configured(arguments[ConfigurationFile.option])] : arguments.operands
    }

    func run() throws(CommandError) -> ExitStatus {
        var failed: [String] = []
        var changed = 0
        for path in paths {
            for file in try files(path) {
                let formatted = RuleSet.format(file)
                guard let bytes = formatted.bytes else {
                    formatted.findings.print()
                    failed.append("\(file.name) has \(formatted.findings.counted)")
                    continue
                }
                let isChanged = bytes != file.bytes
                if path == "-", !onlyChecks { try StandardOutput.write(bytes) }
                guard isChanged else { continue }
                changed += 1
                if onlyChecks {
                    try StandardOutput.write("\(file.name)\n")
                } else if path != "-" {
                    try FileReplacement.write(bytes, insteadOf: file)
                    try StandardOutput.write("\(file.name)\n")
                }
            }
        }
        if onlyChecks, changed > 0 { failed.append("\(quantity(changed, "file")) would change: `weir rules fmt`") }
        if !failed.isEmpty { throw .failed(failed.joined(separator: "; ")) }
        return .success
    }

    private func files(_ path: String) throws(CommandError) -> [SourceFile] {
        if path == "-" { return [SourceFile(name: "standard input", bytes: try InputFile.read("-"))] }
        do throws(RulesFault) {
            return try RuleSet.sources(path: path, withTests: true, mayWait: true)
        } catch {
            throw .failed("\(error)")
        }
    }
}
