// `weir config check`: prepares a start and does not start: configuration, secrets, certificates and rules.

import Gateway
import Language
import Telemetry

struct ConfigCheckCommand: Command {
    private static let strict = Option.flag("strict", "warnings fail too")

    static let manual = Manual(
        "check", "checks the configuration with its secrets, certificates and rules",
        options: [ConfigurationFile.option, strict],
        notes: """
            What is right here starts. The tests beside the rules run as well (`weir rules test`). Errors and warnings go to standard error, all of them, those of files with
            the line and a caret. Of a Redis of your own only a start finds out whether it is fit.
            """)

    private let file: ConfigurationFile
    private let isStrict: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        file = try ConfigurationFile(named: arguments[ConfigurationFile.option])
        isStrict = arguments.has(Self.strict)
    }

    func run() throws(CommandError) -> ExitStatus {
        let preparation = Preparation(of: try file.source(), in: file.surroundings)
        let findings = preparation.findings
        findings.print()
        preparation.tests?.print()
        if let fault = preparation.testFault { StandardError.write(Array("error: \(fault)\n\n".utf8)) }
        for fault in preparation.faults { StandardError.write(Array("error: \(fault)\n\n".utf8)) }
        guard let configuration = preparation.prepared?.configuration else {
            throw .failed(
                "\(file.path) is not right: \(findings.counted(errors: preparation.faults.count, warnings: 0))")
        }
        if let tests = preparation.prepared?.testSummary {
            throw .failed("\(file.path) would start, but \(tests); a reload is refused for that")
        }
        if isStrict, !findings.isEmpty { throw .failed("\(file.path) is not right by --strict: \(findings.counted)") }
        let verdict = findings.isEmpty ? "is right" : "can be used, with \(findings.counted)"
        try StandardOutput.write("\(file.path) \(verdict): \(Self.summary(of: configuration))\n")
        return .success
    }

    private static func summary(of configuration: Configuration) -> String {
        let tenants = configuration.tenants
        return [
            quantity(tenants.count, "tenant"),
            quantity(tenants.reduce(0) { $0 + $1.sources.count }, "source"),
            quantity(tenants.reduce(0) { $0 + $1.endpoints.count }, "webhook"),
        ].joined(separator: ", ")
    }
}
