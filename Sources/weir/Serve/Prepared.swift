// A start or a reload, prepared: everything that can fail has been done, nothing has been changed yet. Dropping the value undoes
// it; `Appliance` commits it.

import Gateway
import HTTP
import Language
import Limits
import Loop
import Routing
import Rules
import Webhooks

struct Prepared: Sendable {
    /// What the configuration was read from.
    let file: SourceFile
    let configuration: Configuration
    let tls: TLSServer
    let client: TLSClient
    let table: RoutingTable
    let directory: EndpointDirectory
    let masterKey: MasterKeySource
    let proxy: HTTPProxy?
    /// Of the configuration and the rules.
    let warnings: [Diagnostic]
    /// The fingerprint of the rules and their tests.
    let rulesRead: String
    /// The tests of the rules that fail or cannot be read. A reload demands that there are none. A start does not: after a crash,
    /// callbacks must not be lost because of a test.
    let testFaults: [String]
}

extension Prepared {
    /// Files that were emptied, or are being written, would send every event nowhere without a word.
    func demandRoutes(insteadOf running: RuleSet) throws(StartFault) {
        guard table.rules.routes.isEmpty, !running.routes.isEmpty else { return }
        throw StartFault(
            "the rules have no route any more, so every event would go nowhere; "
                + "if that is meant, write: route \"nothing\" { to drop }")
    }

    func demandPassingTests() throws(StartFault) {
        guard let summary = testSummary else { return }
        throw StartFault(
            (["\(summary); `weir rules test` shows them"] + testFaults.prefix(StartFault.linesMax)).joined(
                separator: "\n")
        )
    }

    /// Nil when all pass.
    var testSummary: String? {
        testFaults.isEmpty ? nil : "the tests of the rules fail (\(quantity(testFaults.count, "error")))"
    }
}

/// What each part is given, at the start and at every reload alike. Each of these is one value made in one place, so a setting
/// marked `live` that reaches its part at the start reaches it at a reload too (Tests/EndToEnd/test_reload.py has them all).
extension Prepared {
    var sources: [CallbackSource] { configuration.tenants.flatMap(\.sources) }

    func server(isSecure: Bool) -> ServerSettings {
        let edge = configuration.edge
        return ServerSettings(
            tls: isSecure ? tls : nil,
            limits: HTTPLimits(headBytes: edge.headerLimit, bodyBytes: edge.bodyLimit),
            timeouts: ServerTimeouts(head: edge.headerTimeout, body: edge.bodyTimeout, idle: edge.idleTimeout))
    }

    var quotas: QuotaTable { QuotaTable(table.rules.quotas) }

    var terms: DeliveryTerms { DeliveryTerms(configuration.delivery) }

    /// Whom webhooks may reach, and how.
    var clientPolicy: ClientPolicy {
        let addresses = AddressPolicy(configuration.delivery)
        return ClientPolicy(
            tls: client, admits: { addresses.admits($0) }, admitsPort: { addresses.admits(port: $0) }, proxy: proxy)
    }

    /// What redirects begin with, where the configuration knows it.
    var redirectBase: String? { configuration.publicListener.url.map { "https://" + $0.authority } }
}
