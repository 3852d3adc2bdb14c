// Who asks for a change, and from where: what the entry of every change begins with.

package import Codec

package struct Origin: Sendable {
    package let actor: AuditActor
    package let address: String?
    package let requestID: String?

    package init(_ actor: AuditActor, address: String? = nil, requestID: String? = nil) {
        self.actor = actor
        self.address = address
        self.requestID = requestID
    }

    /// What Weir does by itself.
    package static func system(_ name: String) -> Origin { Origin(.system(name)) }

    package func entry(
        _ action: String, on object: AuditObject? = nil, tenant: String? = nil, outcome: AuditOutcome = .allowed,
        code: String? = nil, before: JSONValue? = nil, after: JSONValue? = nil
    ) -> AuditEntry {
        AuditEntry(
            action, by: actor, on: object, tenant: tenant, outcome: outcome, code: code, address: address,
            requestID: requestID, before: before, after: after)
    }
}
