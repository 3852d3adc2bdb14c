// From files to what a start or a reload needs: configuration, secrets, certificates, rules. `weir config check` is this and no
// more, so that what it calls right does start.

import Gateway
import HTTP
import Language
import Loop
import Redis
import Routing
import Rules
import Trials
import Webhooks

/// Why Weir cannot start, or goes on with what it has. The text says what to do.
struct StartFault: Error, CustomStringConvertible {
    let description: String
    /// Of what is wrong, as many lines: it stands in the log, in `/readyz` and in the API, at every attempt.
    static let linesMax = 20
    init(_ description: String) { self.description = description }
}

struct Preparation: Sendable {
    /// nil when something is wrong.
    private(set) var prepared: Prepared?
    /// Of the configuration and the rules.
    private(set) var findings: Findings
    /// What is wrong outside these files.
    private(set) var faults: [String] = []
    /// The tests beside the rules, if there are any and the rules are sound.
    private(set) var tests: TrialSuite?
    /// Why they could not be read.
    private(set) var testFault: String?
    private var rulesRead = ""

    /// - Parameter previous: what a reload replaces: its session tickets stay good.
    init(of file: SourceFile, in surroundings: Surroundings, resuming previous: TLSServer? = nil) {
        let reading = ConfigurationReading(of: file, in: surroundings)
        findings = reading.findings
        guard let configuration = reading.configuration else { return }
        let certificates = configuration.publicListener.certificates.map { CertificateFiles(stem: $0) }
        let tls = attempt {
            guard let first = certificates.first else { throw StartFault("public.certificates names no certificate") }
            return try TLSServer(first, Array(certificates.dropFirst()), resuming: previous)
        }
        let client = attempt { try TLSClient(additionalTrust: configuration.delivery.trust) }
        attempt { try Self.checkSocketPath(of: configuration) }
        let proxy = attempt { try HTTPProxy.configured(configuration.delivery, in: surroundings) }
        // A file that Weir makes itself may be absent.
        let masterKey = attempt {
            let source = try MasterKeySource(configuration, in: surroundings)
            _ = try source.read()
            return source
        }
        let table = table(of: configuration, surroundings)
        guard faults.isEmpty, let tls, let client, let masterKey, let table, let proxy else { return }
        prepared = Prepared(
            file: file, configuration: configuration, tls: tls, client: client, table: table,
            directory: EndpointDirectory(table.endpoints), masterKey: masterKey, proxy: proxy,
            warnings: findings.diagnostics,
            rulesRead: rulesRead, testFaults: (testFault.map { [$0] } ?? []) + (tests?.faults ?? []))
    }

    /// The same with the file still to be read.
    static func reading(
        _ path: String, in surroundings: Surroundings, resuming previous: TLSServer? = nil
    ) throws(StartFault) -> Prepared {
        let file: SourceFile
        do throws(SourceFault) {
            file = try SourceFile.read(path: path)
        } catch {
            throw StartFault("\(error); name another with --config, or write one: weir config default > weir.conf")
        }
        return try preparing(file, in: surroundings, resuming: previous)
    }

    /// The same of a file that was read.
    static func preparing(
        _ file: SourceFile, in surroundings: Surroundings, resuming previous: TLSServer?
    ) throws(StartFault) -> Prepared {
        let preparation = Preparation(of: file, in: surroundings, resuming: previous)
        if let prepared = preparation.prepared { return prepared }
        // Without the source lines, which may hold secrets: this text goes into the log at a reload.
        let errors = preparation.findings.diagnostics.filter { $0.severity == .error }.map(\.summary)
        let all = errors + preparation.faults
        let more = all.count > StartFault.linesMax ? ["and \(all.count - StartFault.linesMax) more"] : []
        throw StartFault(
            (["something is wrong; `weir config check` shows the places"] + all.prefix(StartFault.linesMax) + more)
                .joined(separator: "\n"))
    }

    @discardableResult
    private mutating func attempt<Value>(_ make: () throws -> Value) -> Value? {
        do { return try make() } catch {
            faults.append("\(error)")
            return nil
        }
    }

    private mutating func table(of configuration: Configuration, _ surroundings: Surroundings) -> RoutingTable? {
        guard let files = attempt({ try RuleFiles.read(path: configuration.rules) }) else { return nil }
        rulesRead = files.fingerprint
        let checked = RuleSet.check(files.rules)
        findings.add(checked.findings)
        guard let rules = checked.rules else { return nil }
        testFault = files.testFault.map { "\($0)" }
        if !files.tests.isEmpty { tests = TrialSuite(files.tests, of: rules, zone: ZoneName.zone) }
        let endpoints = RuleEndpoints(
            surroundings: surroundings, delivery: configuration.delivery, policy: AddressPolicy(configuration.delivery))
        faults += endpoints.faults(in: rules)
        guard faults.isEmpty else { return nil }
        return attempt { try RoutingTable(tenants: configuration.tenants, rules: rules, ruleEndpoint: endpoints.make) }
    }

    /// Weir's own Redis listens in the data folder.
    private static func checkSocketPath(of configuration: Configuration) throws(StartFault) {
        guard configuration.redis == nil else { return }
        let path = EmbeddedRedis.socketPath(in: try DataFolder.absolute(configuration.data))
        guard path.utf8.count > SocketAddress.unixPathMax else { return }
        throw StartFault(
            "the path \(path) has \(path.utf8.count) bytes, and a Unix socket's has at most "
                + "\(SocketAddress.unixPathMax); set `data` to a shorter path")
    }
}
