// Which file is the configuration, for every command that needs one: `--config`, else $WEIR_CONFIG, else ./weir.conf.

import Gateway
import Glibc
import Language
import Telemetry

struct ConfigurationFile: Sendable {
    static let option = Option("config", "FILE", "the configuration; else $WEIR_CONFIG, else ./weir.conf")
    private static let variable = "WEIR_CONFIG"
    private static let usual = "weir.conf"

    let path: String
    let surroundings: Surroundings
    /// Nobody named it, so it need not be there for commands that can do without.
    private let isUsual: Bool

    /// - path: the value of `option`.
    init(named path: String?) throws(CommandError) {
        surroundings = try .ofThisProcess()
        let named = path ?? surroundings.variables[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
        self.path = named ?? Self.usual
        isUsual = named == nil
    }

    func source() throws(CommandError) -> SourceFile {
        do throws(SourceFault) {
            return try SourceFile.read(path: path)
        } catch {
            let way = isUsual ? "; name another with --config, or begin with `weir config default > \(path)`" : ""
            throw .failed("\(error)\(way)")
        }
    }

    /// What the file says. If that cannot be used, standard error has the findings.
    func configuration() throws(CommandError) -> Configuration {
        try usable(ConfigurationReading(of: source(), in: surroundings))
    }

    /// As `configuration`; but where nobody named a file and the usual one is absent, the defaults and the environment.
    func configurationIfAny() throws(CommandError) -> Configuration {
        guard isUsual else { return try configuration() }
        do throws(SourceFault) {
            _ = try SourceFile.read(path: path)
        } catch {
            guard case .unreadable(_, ENOENT) = error else { throw .failed("\(error)") }
            let nothing = SourceFile(name: path, text: "")
            return try usable(ConfigurationReading(of: nothing, in: surroundings))
        }
        return try configuration()
    }

    private func usable(_ reading: ConfigurationReading) throws(CommandError) -> Configuration {
        guard let configuration = reading.configuration else {
            reading.findings.print()
            throw .failed("\(path) is not right: \(reading.findings.counted)")
        }
        return configuration
    }
}

extension Surroundings {
    static func ofThisProcess() throws(CommandError) -> Surroundings {
        do throws(SourceFault) { return try .ofProcess() } catch { throw .failed("\(error)") }
    }
}
