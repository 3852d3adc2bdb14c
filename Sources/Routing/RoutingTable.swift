// What the router and the webhook workers go by: the rules in force and the endpoints their targets mean. Made whole from a
// configuration and a rule set, and replaced whole by a reload.

import Events
package import Gateway
package import Language
package import Rules

package struct RoutingTable: Sendable {
    package let rules: RuleSet
    /// Every endpoint a delivery may name: the tenants' own, and those that stand in rules, for each tenant one.
    package let endpoints: [Endpoint]
    private let subscriptions: [String: [Subscription]]
    /// By tenant, then by the target's place in the rule set.
    private let ruleEndpoints: [String: [Int: String]]

    private struct Subscription: Sendable {
        let types: EventTypeSet
        let endpoint: String
    }

    /// - Parameter ruleEndpoint: makes the endpoint of a rule's webhook for a tenant; throws when its URL or secret is unusable.
    package init(
        tenants: [Tenant], rules: RuleSet,
        ruleEndpoint: (_ tenant: String, _ url: String, _ secret: Secret?) throws -> Endpoint
    ) throws {
        self.rules = rules
        var endpoints: [Endpoint] = []
        var subscriptions: [String: [Subscription]] = [:]
        var ruleEndpoints: [String: [Int: String]] = [:]
        for tenant in tenants {
            endpoints += tenant.endpoints
            subscriptions[tenant.name] = tenant.endpoints.map { Subscription(types: $0.types, endpoint: $0.id.text) }
            for (place, target) in rules.targets.enumerated() {
                guard case .webhook(let url, let secret, _) = target else { continue }
                let endpoint = try ruleEndpoint(tenant.name, url, secret)
                endpoints.append(endpoint)
                ruleEndpoints[tenant.name, default: [:]][place] = endpoint.id.text
            }
        }
        self.endpoints = endpoints
        self.subscriptions = subscriptions
        self.ruleEndpoints = ruleEndpoints
    }

    /// The endpoints of a tenant that subscribed to a type of event.
    func subscribed(to type: EventType, tenant: String) -> [String] {
        (subscriptions[tenant] ?? []).filter { $0.types.contains(type) }.map(\.endpoint)
    }

    /// The endpoint that a `webhook "url"` target means for a tenant.
    func endpoint(ofTarget place: Int, tenant: String) -> String? { ruleEndpoints[tenant]?[place] }
}
