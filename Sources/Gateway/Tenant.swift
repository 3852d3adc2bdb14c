// A tenant: the owner of callback sources, of the events that come in through them, and of the webhooks they go out to.
// A tenant sees only its own (invariant 5), so everything below it carries its name.

package struct Tenant: Sendable {
    package let name: String
    package let sources: [CallbackSource]
    package let endpoints: [Endpoint]

    package init(name: String, sources: [CallbackSource], endpoints: [Endpoint]) {
        precondition(sources.allSatisfy { $0.tenant == name } && endpoints.allSatisfy { $0.tenant == name })
        self.name = name
        self.sources = sources
        self.endpoints = endpoints
    }
}
