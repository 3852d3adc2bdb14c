// `weir config check`: what `weir serve` would find in the configuration, without starting anything.

import Gateway
import Language
import Loop
import Telemetry

struct ConfigCheckCommand: Command {
    private static let strict = Option.flag("strict", "warnings fail too")

    static let manual = Manual(
        "check", "checks the configuration and the secrets it names",
        options: [ConfigurationFile.option, strict],
        notes: "Errors and warnings go to standard error, all of them, each with the line and a caret.")

    private let file: ConfigurationFile
    private let isStrict: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        file = try ConfigurationFile(named: arguments[ConfigurationFile.option])
        isStrict = arguments.has(Self.strict)
    }

    func run() throws(CommandError) -> ExitStatus {
        let reading = try file.read()
        let findings = reading.findings
        findings.print()
        guard let configuration = reading.configuration else {
            throw .failed("\(file.path) is not right: \(findings.counted)")
        }
        if isStrict, !findings.isEmpty { throw .failed("\(file.path) is not right by --strict: \(findings.counted)") }
        try checkFiles(of: configuration)
        let verdict = findings.isEmpty ? "is right" : "can be used, with \(findings.counted)"
        try StandardOutput.write("\(file.path) \(verdict): \(Self.summary(of: configuration))\n")
        return .success
    }

    /// What `serve` would load. Only a warning, since a configuration may be checked on another host than it is for.
    private func checkFiles(of configuration: Configuration) throws(CommandError) {
        let certificates = configuration.publicListener.certificates.map { CertificateFiles(stem: $0) }
        do throws(StreamError) {
            if let first = certificates.first { _ = try TLSServer(first, Array(certificates.dropFirst())) }
            _ = try TLSClient(additionalTrust: configuration.delivery.trust)
        } catch {
            guard !isStrict else { throw .failed("\(file.path) is not right by --strict: \(error)") }
            StandardError.write(Array("warning: \(error); `weir serve` would not start\n".utf8))
        }
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
