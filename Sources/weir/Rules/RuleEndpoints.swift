// The endpoints that stand in rules: what their URLs and secrets come to on this host.

import Gateway
import Language
import Rules
import Telemetry

struct RuleEndpoints {
    let surroundings: Surroundings
    let delivery: DeliverySettings

    func make(for tenant: String, url: String, secret: Secret?) throws(StartFault) -> Endpoint {
        do {
            let text = try secret.map { try surroundings.fetch($0).text.revealed }
            return try Endpoint(
                tenant: tenant, url: try HTTPURL(url), keys: try text.map { [try WebhookKey($0)] } ?? [],
                concurrency: delivery.concurrency, timeout: delivery.timeout)
        } catch {
            throw StartFault("the rules' webhook \"\(Target.masked(url))\" cannot be used: \(error)")
        }
    }

    /// What is wrong with the webhooks of a rule set, each told once.
    func faults(in rules: RuleSet) -> [String] {
        rules.targets.compactMap { target in
            guard case .webhook(let url, let secret, _) = target else { return nil }
            do throws(StartFault) {
                _ = try make(for: "any", url: url, secret: secret)
                return nil
            } catch {
                return "\(error)"
            }
        }
    }
}
