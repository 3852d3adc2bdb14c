// `weir rules check`: all that is wrong with the rules, without putting them in force.

import Codec
import Gateway
import Language
import Rules
import Telemetry
import Trials

struct RulesCheckCommand: Command {
    private static let strict = Option.flag("strict", "warnings fail too")
    private static let json = Option.flag("json", "prints the findings to standard output, as JSON")

    static let manual = Manual(
        "check", "checks rule files, or the *.rules of a folder",
        operands: .any("PATH"),
        options: [ConfigurationFile.option, strict, json],
        notes: """
            Without a PATH: what the setting `rules` of the configuration names, by default ./Rules. Each PATH
            is checked as rules of its own. Errors and warnings go to standard error, each with the line and
            a caret. Secrets that rules name and this environment lacks are warnings here, since rules may be
            checked elsewhere than they run; `weir serve` and `weir config check` demand them. The tests beside
            the rules run as well (`weir rules test` tells more of them).
            """)

    private let paths: [String]
    private let isStrict: Bool
    private let isJSON: Bool
    private let surroundings: Surroundings

    init(_ arguments: Arguments) throws(CommandError) {
        isStrict = arguments.has(Self.strict)
        isJSON = arguments.has(Self.json)
        surroundings = try .ofThisProcess()
        paths =
            arguments.operands.isEmpty
            ? [try RulesLocation.configured(arguments[ConfigurationFile.option])] : arguments.operands
    }

    func run() throws(CommandError) -> ExitStatus {
        let endpoints = RuleEndpoints(surroundings: surroundings, delivery: DeliverySettings(), policy: nil)
        var failed: [String] = []
        var documents: [JSONValue] = []
        for path in paths {
            let files = try RulesLocation.read(path)
            let checked = RuleSet.check(files.rules)
            let missing = checked.rules.map { endpoints.faults(in: $0) } ?? []
            let tests = checked.rules.flatMap { suite(files, $0) }
            if isJSON {
                documents.append(
                    checked.json(
                        path: path, faults: missing + (files.testFault.map { ["\($0)"] } ?? []), tests: tests))
            } else {
                checked.findings.print()
                for fault in missing { StandardError.write(Array("warning: \(fault)\n\n".utf8)) }
                tests?.print()
            }
            let counted = checked.findings.counted(errors: 0, warnings: missing.count)
            if checked.rules != nil, let fault = testFault(files, tests) {
                failed.append("\(path): \(fault)")
            } else if let rules = checked.rules, !(isStrict && !counted.isEmpty) {
                let verdict = counted.isEmpty ? "right" : "usable, with \(counted)"
                if !isJSON {
                    try StandardOutput.write("\(path): \(verdict), \(quantity(rules.routes.count, "route"))\n")
                }
            } else {
                failed.append("\(path) has \(counted)")
            }
        }
        if isJSON { try StandardOutput.write(JSONValue.array(documents).bytes + [UInt8(ascii: "\n")]) }
        if !failed.isEmpty { throw .failed(failed.joined(separator: "; ")) }
        return .success
    }

    private func suite(_ files: RuleFiles, _ rules: RuleSet) -> TrialSuite? {
        files.tests.isEmpty ? nil : TrialSuite(files.tests, of: rules, zone: ZoneName.zone)
    }

    /// What is wrong with the tests beside the rules.
    private func testFault(_ files: RuleFiles, _ tests: TrialSuite?) -> String? {
        if let fault = files.testFault { return "\(fault)" }
        guard let faults = tests?.faults, !faults.isEmpty else { return nil }
        return "its tests fail (\(quantity(faults.count, "error")))"
    }
}
