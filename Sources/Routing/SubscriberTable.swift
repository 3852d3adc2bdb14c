// The endpoints that tenants made through the API, and which events each is for: what `to webhooks` means beside the webhooks of
// weir.conf. Made on the control loop, and replaced whole on each traffic loop, between two events.

package import Gateway
package import Rules

package struct Subscriber: Sendable {
    /// With the types it is for.
    package let endpoint: Endpoint
    /// nil: all events of its types.
    package let filter: Filter?
    /// Whether new events are planned for it; what waits for it is delivered, or given up, whatever this says.
    package let isReceiving: Bool

    package init(endpoint: Endpoint, filter: Filter?, isReceiving: Bool) {
        self.endpoint = endpoint
        self.filter = filter
        self.isReceiving = isReceiving
    }
}

package struct SubscriberTable: Sendable {
    private let byTenant: [String: [Subscriber]]

    package static let none = SubscriberTable([])

    package init(_ subscribers: [Subscriber]) {
        byTenant = Dictionary(grouping: subscribers) { $0.endpoint.tenant }
    }

    package var endpoints: [Endpoint] { byTenant.values.flatMap { $0.map(\.endpoint) } }

    /// A tenant's, in the order given.
    func of(_ tenant: String) -> [Subscriber] { byTenant[tenant] ?? [] }
}
