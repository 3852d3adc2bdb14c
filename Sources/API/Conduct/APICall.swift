// One request on its way through the API, with all that its handler needs: checked input, who asks, and Weir's parts.

package import Audit
package import Codec
package import HTTP
package import Identity
import Loop
import Telemetry

/// Belongs to the listener's loop.
package struct APICall {
    package let endpoint: Endpoint
    package let request: Request
    package let basics: APIBasics
    package let services: APIServices
    package let requestID: String
    let path: [(name: String, value: String)]
    /// An object with the parameters that were given; it is as `Endpoint.parameters` has it.
    package let query: JSONValue
    /// As `Endpoint.body` has it; null for an endpoint without.
    package let body: JSONValue
    /// Whose data it is about, by `Endpoint.scope`; nil: the platform's, or in a list everybody's.
    package let tenant: String?
    let condition: VersionCondition

    /// Where the request came from.
    package var address: String { Self.address(of: request) }

    static func address(of request: Request) -> String { request.peer.ip.map { "\($0)" } ?? "local" }

    /// A parameter of the path, decoded.
    package subscript(_ name: String) -> String { path.first { $0.name == name }?.value ?? "" }

    package var page: Int { query["page"]?.integer.map(Int.init) ?? 1 }
    package var size: Int { query["size"]?.integer.map(Int.init) ?? PageQuery.sizeDefault }

    /// For `TenantScope.object`: lets the principal pass to an object of this owner, or throws what hides it.
    package func admit(_ principal: Principal, owner: String?) async throws(Problem) {
        guard !principal.reaches(owner) else { return }
        await deny(principal, .notFound)
        throw .notFound
    }

    /// Puts a refusal into the audit log.
    package func deny(_ principal: Principal, _ code: ProblemCode) async {
        await services.deny(endpoint, path, principal, code, origin(principal))
    }

    /// What an update goes by: throws unless If-Match, if it was sent, names this version of the object.
    package func checkVersion(_ current: Int64) throws(Problem) {
        guard condition.holds(for: current) else {
            throw Problem(
                .versionMismatch, "The object is in version \(current) by now; read it again before you change it.")
        }
    }

    /// A list goes on without its damaged records; the log says which they are.
    func report(_ damaged: [String], of kind: String) {
        for id in damaged {
            services.log.error(
                "a record is damaged", ["kind": kind, "id": id, "request_id": requestID])
        }
    }

    /// For the audit entry of what this call does, which `endpoint.action` names.
    package func origin(_ principal: Principal) -> Audit.Origin {
        Audit.Origin(AuditActor(principal), address: address, requestID: requestID)
    }
}
