// A start or a reload, prepared: everything that can fail has been done, nothing has been changed yet. Dropping the value undoes
// it; `Appliance` commits it.

import Crypto
import Gateway
import Language
import Loop
import Routing
import Rules
import Telemetry
import Webhooks

/// Why Weir cannot start, or goes on with what it has. The text says what to do.
struct StartFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

struct Prepared: Sendable {
    let configuration: Configuration
    let tls: TLSServer
    let client: TLSClient
    let table: RoutingTable
    let directory: EndpointDirectory
    /// Of the configuration and the rules, rendered.
    let warnings: [Diagnostic]

    /// - Throws: `StartFault`.
    init(configurationPath path: String, surroundings: Surroundings, resuming previous: TLSServer?) throws {
        let reading = ConfigurationReading(of: try Self.read(path), in: surroundings)
        guard let configuration = reading.configuration else {
            throw StartFault(
                "the configuration has errors; `weir config check` shows the places\n\(Self.list(reading.findings))")
        }
        self.configuration = configuration
        let certificates = configuration.publicListener.certificates.map { CertificateFiles(stem: $0) }
        guard let first = certificates.first else { throw StartFault("public.certificates names no certificate") }
        do throws(StreamError) {
            tls = try TLSServer(first, Array(certificates.dropFirst()), resuming: previous)
            client = try TLSClient(additionalTrust: configuration.delivery.trust)
        } catch {
            throw StartFault("\(error)")
        }
        let checked = try RuleSet.load(path: configuration.rules)
        guard let rules = checked.rules else {
            throw StartFault(
                "the rules in \(configuration.rules) have errors; `weir rules check` shows the places\n\(Self.list(checked.findings))"
            )
        }
        warnings = reading.findings.diagnostics + checked.findings.diagnostics
        let delivery = configuration.delivery
        table = try RoutingTable(tenants: configuration.tenants, rules: rules) { tenant, url, secret in
            do {
                let text = try secret.map { try surroundings.fetch($0).text.revealed }
                return try Endpoint(
                    tenant: tenant, url: try HTTPURL(url), secret: try text.map { try WebhookSecret($0) },
                    concurrency: delivery.concurrency, timeout: delivery.timeout)
            } catch {
                throw StartFault("the rules' webhook \"\(url)\" cannot be used: \(error)")
            }
        }
        directory = EndpointDirectory(table.endpoints)
    }

    /// Without the source lines, which may hold secrets: this text goes into the log at a reload.
    private static func list(_ findings: Findings) -> String {
        findings.diagnostics.map(\.summary).joined(separator: "\n")
    }

    private static func read(_ path: String) throws(StartFault) -> SourceFile {
        do throws(SourceFault) {
            return try SourceFile.read(path: path)
        } catch {
            throw StartFault("\(error); name another with --config, or write one: weir config default > weir.conf")
        }
    }
}
