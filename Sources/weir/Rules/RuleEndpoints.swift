// The endpoints that stand in rules: what their URLs and secrets come to on this host.

import Codec
import Gateway
import Language
import Rules
import Telemetry

struct RuleEndpoints {
    let surroundings: Surroundings
    let delivery: DeliverySettings
    /// Where they may lead; nil when the configuration that says so is not at hand.
    let policy: AddressPolicy?

    func make(for tenant: String, url: String, secret: Secret?) throws(StartFault) -> Endpoint {
        do {
            let text = try secret.map { try surroundings.fetch($0).text.revealed }
            let address = try HTTPURL(url)
            if let problem = policy?.problem(with: address) { throw StartFault(problem) }
            return try Endpoint(
                tenant: tenant, url: address, keys: try text.map { [try WebhookKey($0)] } ?? [],
                concurrency: delivery.concurrency, timeout: delivery.timeout)
        } catch {
            throw StartFault("the rules' webhook \"\(URLMask.masked(url))\" cannot be used: \(error)")
        }
    }

    /// What is wrong with the webhooks of a rule set, each told once.
    /// - Parameter unopened: files of secrets that are not looked at.
    func faults(in rules: RuleSet, unopened: Set<String> = []) -> [String] {
        rules.targets.compactMap { target in
            guard case .webhook(let url, var secret, _) = target else { return nil }
            if case .file(let path) = secret, unopened.contains(path) { secret = nil }
            do throws(StartFault) {
                _ = try make(for: "any", url: url, secret: secret)
                return nil
            } catch {
                return "\(error)"
            }
        }
    }
}
