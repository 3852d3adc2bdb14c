// One endpoint: all that routes, guards, checks, runs and documents it. `EndpointTable` has them all.

import Audit
package import HTTP
package import Identity

package final class Endpoint: Sendable {
    package let method: HTTPMethod
    package let path: String
    /// The name in the OpenAPI document: lower camel case, verb first.
    package let operation: String
    package let summary: String
    /// What the audit log calls it, kind and verb: `tenant.update`.
    package let action: String
    package let scope: TenantScope
    package let parameters: [Parameter]
    package let body: ObjectSchema?
    /// Of the body, in bytes.
    package let bodyLimit: Int
    package let answers: [AnswerForm]
    /// Beyond those that follow from the rest; see `problems`.
    package let ownProblems: [ProblemCode]
    /// A POST that changes nothing and only asks with a body: it can be sent again as it is, so it takes no Idempotency-Key.
    package let isQuestion: Bool
    package let access: EndpointAccess

    /// No document of this API comes near.
    package static let bodyLimitDefault = 64 << 10

    package init(
        _ method: HTTPMethod, _ path: String, _ operation: String, _ summary: String, action: String,
        scope: TenantScope = .none, parameters: [Parameter] = [], body: ObjectSchema? = nil,
        bodyLimit: Int = bodyLimitDefault, answers: [AnswerForm], problems: [ProblemCode] = [],
        isQuestion: Bool = false, _ access: EndpointAccess
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.summary = summary
        self.action = action
        self.scope = scope
        self.parameters = parameters
        self.body = body
        self.bodyLimit = bodyLimit
        self.answers = answers
        ownProblems = problems
        self.isQuestion = isQuestion
        self.access = access
    }

    /// What the path names, as the audit log has it: the tenant, else what the action is about. nil where it names nothing.
    func object(of path: [(name: String, value: String)]) -> AuditObject? {
        guard let id = path.first?.value else { return nil }
        if case .path = scope { return AuditObject("tenant", id) }
        return AuditObject(String(action.prefix { $0 != "." }), id)
    }
}

/// Who may ask, and the function that answers whoever may. It runs on the loop of the listener, so whatever takes long there
/// must wait or be given to a `Workshop`.
package enum EndpointAccess: Sendable {
    /// Everybody, also while Weir starts and Redis is away.
    case plain(@Sendable (APIBasics) -> Reply)
    /// Everybody, without credentials.
    case open(@Sendable (APICall) async throws(Problem) -> Reply)
    /// Whoever has credentials, even one that must change its password first.
    case signedIn(@Sendable (APICall, Principal) async throws(Problem) -> Reply)
    case needs(Permission, @Sendable (APICall, Principal) async throws(Problem) -> Reply)

    package var permission: Permission? {
        if case .needs(let permission, _) = self { permission } else { nil }
    }

    package var isOpen: Bool {
        switch self {
        case .plain, .open: true
        case .signedIn, .needs: false
        }
    }
}

/// Whose data an endpoint touches. What is not within the principal's reach is answered with 404, so that nobody learns that
/// it exists. The result is `APICall.tenant`.
package enum TenantScope: Hashable, Sendable {
    /// No tenant's, or the handler's own list of what the principal reaches (`Principal.reaches`).
    case none
    /// The platform's own: whoever belongs to a tenant is refused, whatever the role.
    case platform
    /// The parameter of the path is the tenant's id.
    case path(String)
    /// The parameter of the query is the tenant's id. Left out, it is the principal's own, or for one of the platform: all.
    case query(String)
    /// The member of the body is the tenant's id, or null. Left out, it is the principal's own, or for one of the platform: none.
    case body(String)
    /// The owner is known only when the object has been read: the handler must call `APICall.admit(_:owner:)` before anything.
    case object
}
