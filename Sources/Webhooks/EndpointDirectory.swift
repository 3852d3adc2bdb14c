// All endpoints that deliveries may name: those of weir.conf and those that stand in the running rule file. Replaced whole at a
// reload, so a lookup never sees half of one.

package import Gateway

package struct EndpointDirectory: Sendable {
    private let byID: [String: Endpoint]
    private let byTenant: [String: [Endpoint]]

    package init(_ endpoints: some Sequence<Endpoint>) {
        byID = Dictionary(endpoints.map { ($0.id.text, $0) }) { first, _ in first }
        byTenant = Dictionary(grouping: byID.values) { $0.tenant }
    }

    package subscript(id: String) -> Endpoint? { byID[id] }

    /// A tenant's own endpoints: those it subscribed.
    package func endpoints(of tenant: String) -> [Endpoint] { byTenant[tenant] ?? [] }
}
