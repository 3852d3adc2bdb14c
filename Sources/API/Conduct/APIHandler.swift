// The API listener: one way for every request, from its bytes to its answer. Which endpoint it means, who sends it, whether they may,
// what they sent, and only then the endpoint's own function. All of it goes by the row of `EndpointTable`.

import Audit
import Codec
package import HTTP
import Identity
package import Limits
import Loop
import Telemetry

/// Belongs to one loop.
package final class APIHandler: RequestHandler {
    private let basics: APIBasics
    private let table: EndpointTable
    private let limiter: RequestLimiter
    private var requestIDs = RequestIDs()
    /// Nil while Weir starts: until then only plain endpoints answer.
    package var services: APIServices?

    package init(_ basics: APIBasics, _ table: EndpointTable, _ limiter: RequestLimiter) {
        self.basics = basics
        self.limiter = limiter
        self.table = table
    }

    package func respond(to request: Request) async -> Response {
        let requestID = requestIDs.id(of: request)
        var verdict = limiter.admit(request.peer)
        var response: Response
        if let verdict, !verdict.isAdmitted {
            response = Self.finished(Problem(verdict).response, requestID)
        } else {
            response = await respond(to: request, requestID, &verdict)
        }
        verdict?.add(to: &response)
        return response
    }

    /// - Parameter verdict: that of the address; if there are others, the one to tell of.
    private func respond(to request: Request, _ requestID: String, _ verdict: inout RequestVerdict?) async -> Response {
        switch table.routes.match(request.head.method, request.head.target.path, in: request.bytes) {
        case .found(let endpoint, let captures):
            return await respond(to: request, requestID, endpoint, captures, &verdict)
        case .methodNotAllowed(let allow):
            var allow = allow
            allow.insert(MethodSet(.options))
            var response: Response
            if request.head.method == .options {
                // Only what a path answers: no other origin's pages may use this API (ARCHITECTURE.md), so there is no CORS.
                response = Response(.noContent)
            } else {
                response = Problem(.methodNotAllowed, "This path answers to \(allow.text).").response
            }
            response.fields.add(allow: allow)
            return Self.finished(response, requestID)
        case .notFound: return Self.finished(Problem.notFound.response, requestID)
        }
    }

    private func respond(
        to request: Request, _ requestID: String, _ endpoint: Endpoint, _ captures: RouteCaptures,
        _ verdict: inout RequestVerdict?
    ) async -> Response {
        var response: Response
        var isCacheable = false
        do throws(Problem) {
            let reply = try await reply(to: request, requestID, endpoint, captures, &verdict)
            isCacheable = reply.isCacheable
            response = reply.response
        } catch {
            if error.code.status.code >= 500 {
                basics.log.error(
                    "request failed",
                    ["operation": endpoint.operation, "request_id": requestID, "reason": error.detail])
            }
            response = error.response
        }
        let level: LogLevel = endpoint.method == .get ? .debug : .info
        basics.log.log(
            level, "answered",
            ["operation": endpoint.operation, "status": response.status.code, "request_id": requestID])
        return Self.finished(response, requestID, isCacheable: isCacheable)
    }

    private func reply(
        to request: Request, _ requestID: String, _ endpoint: Endpoint, _ captures: RouteCaptures,
        _ verdict: inout RequestVerdict?
    ) async throws(Problem) -> Reply {
        guard Acceptance.accepts(endpoint, request) else {
            throw Problem(.notAcceptable, "The answer is \(endpoint.mediaType); Accept must include it.")
        }
        guard let path = Self.path(of: endpoint, request, captures) else { throw .notFound }
        if case .plain(let answer) = endpoint.access {
            _ = try Input(request, endpoint)
            return answer(basics)
        }
        guard let services else { throw Problem(.unavailable, "Weir is starting. Repeat the request.", retryAfter: 1) }
        let principal = endpoint.access.isOpen ? nil : try await services.principal(of: request, requestID)
        if let principal {
            let own = await limiter.admit(key: principal.id, tenant: principal.tenant).orNearer(verdict)
            verdict = own
            guard own.isAdmitted else { throw Problem(own) }
            try await authorise(principal, endpoint, path, request, requestID, services)
        }
        let input = try Input(request, endpoint)
        let call = APICall(
            endpoint: endpoint, request: request, basics: basics, services: services, requestID: requestID,
            path: path, query: input.query, body: input.body,
            tenant: Self.tenant(endpoint.scope, path, input, principal), condition: input.condition)
        if let principal, endpoint.scope.isNamedInInput { try await call.admit(principal, owner: call.tenant) }
        guard endpoint.isIdempotencyKept else { return try await answer(call, principal) }
        return try await services.idempotency.once(call, principal) { () async throws(Problem) in
            try await answer(call, principal)
        }
    }

    private func answer(_ call: APICall, _ principal: Principal?) async throws(Problem) -> Reply {
        switch (call.endpoint.access, principal) {
        case (.plain(let answer), _): return answer(basics)
        case (.open(let answer), _): return try await answer(call)
        case (.signedIn(let answer), let principal?), (.needs(_, let answer), let principal?):
            return try await answer(call, principal)
        case (.signedIn, nil), (.needs, nil): throw Problem(.unauthenticated, "Credentials are missing.")
        }
    }

    /// The parameters of the path; nil if one of them cannot be the name of anything.
    private static func path(
        of endpoint: Endpoint, _ request: Request, _ captures: RouteCaptures
    ) -> [(name: String, value: String)]? {
        var path: [(name: String, value: String)] = []
        for parameter in endpoint.parameters where parameter.place == .path {
            guard let range = captures[parameter.name],
                let value = Validator.decoded(request.bytes.extracting(range))
            else { return nil }
            var validator = Validator()
            validator.check(.string(value), parameter.schema, at: parameter.name)
            guard validator.faults.isEmpty else { return nil }
            path.append((parameter.name, value))
        }
        return path
    }

    /// Whether the principal may use the endpoint, as far as the path tells. Every refusal is in the audit log.
    private func authorise(
        _ principal: Principal, _ endpoint: Endpoint, _ path: [(name: String, value: String)], _ request: Request,
        _ requestID: String, _ services: APIServices
    ) async throws(Problem) {
        var access = endpoint.access.permission.map { principal.may($0) } ?? .granted
        if case .path(let name) = endpoint.scope, !principal.reaches(path.first { $0.name == name }?.value) {
            access = .hidden
        }
        // That there are rules is no secret, unlike another tenant's user.
        if endpoint.scope == .platform, !principal.reaches(nil), access == .granted { access = .forbidden }
        let problem: Problem
        switch access {
        case .granted: return
        case .hidden: problem = .notFound
        case .forbidden:
            let whose = endpoint.scope == .platform ? " of a user or key of the platform" : ""
            problem = Problem(
                .permissionMissing, "This needs the permission \(endpoint.access.permission?.rawValue ?? "")\(whose).")
        case .passwordChangeRequired:
            problem = Problem(.passwordChangeRequired, "Change the one-time password first.")
        }
        let origin = Audit.Origin(
            AuditActor(principal), address: APICall.address(of: request), requestID: requestID)
        await services.deny(endpoint, path, principal, problem.code, origin)
        throw problem
    }

    private static func tenant(
        _ scope: TenantScope, _ path: [(name: String, value: String)], _ input: Input, _ principal: Principal?
    ) -> String? {
        switch scope {
        case .none, .platform, .object: nil
        case .path(let name): path.first { $0.name == name }?.value
        case .query(let name): input.query[name]?.string ?? principal?.tenant
        case .body(let name): input.body[name] == nil ? principal?.tenant : input.body[name]?.string
        }
    }

    private static func finished(_ response: Response, _ requestID: String, isCacheable: Bool = false) -> Response {
        var response = response
        response.fields.append(contentsOf: isCacheable ? commonFields : uncacheableFields)
        response.fields.set(FieldName.xRequestID, requestID)
        return response
    }

    private static let commonFields = FieldBlock(["x-content-type-options": "nosniff"])
    private static let uncacheableFields = FieldBlock([
        "x-content-type-options": "nosniff", "cache-control": "no-store",
    ])
}

extension TenantScope {
    fileprivate var isNamedInInput: Bool {
        switch self {
        case .query, .body: true
        case .none, .platform, .path, .object: false
        }
    }
}

/// What a request says beyond its path.
private struct Input {
    let query: JSONValue
    let body: JSONValue
    let condition: VersionCondition

    /// - Throws: with all faults of query and body at once.
    init(_ request: Request, _ endpoint: Endpoint) throws(Problem) {
        var validator = Validator()
        if let range = request.head.target.query {
            query = validator.read(query: request.bytes.extracting(range), endpoint.parameters)
        } else {
            query = validator.read(query: Span(), endpoint.parameters)
        }
        body = try validator.read(bodyOf: request, for: endpoint)
        condition = try VersionCondition(request.header("if-match"))
        guard validator.faults.isEmpty else {
            throw Problem(
                .validationFailed,
                "Wrong members or parameters: \(validator.faults.count); see errors.",
                errors: validator.faults)
        }
    }
}
