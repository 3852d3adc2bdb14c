// The one table of endpoints. It routes requests, says who may send them and what is checked, and is written out as the OpenAPI
// document and API.md. A resource's endpoints stand in a file of Endpoints/ and are listed here.

package import HTTP

package struct EndpointTable: Sendable {
    package let endpoints: [Endpoint]
    /// Which of them a request means.
    let routes: RouteTable<Endpoint>

    package static let all: [Endpoint] =
        TenantEndpoints.all + SubscriptionEndpoints.all + UsageEndpoints.all + AuthEndpoints.all + UserEndpoints.all
        + APIKeyEndpoints.all
        + WebhookEndpoints.all + DeliveryEndpoints.all + DeadLetterEndpoints.all + ReplayEndpoints.all
        + AuditEndpoints.all + RuleEndpoints.all + MonitorEndpoints.all
        + DescriptionEndpoints.all

    /// - Throws: for a path that is malformed or taken, a mistake in the table that a test finds.
    package init(_ endpoints: [Endpoint] = all) throws(RouteFault) {
        var routes = RouteTable<Endpoint>()
        for endpoint in endpoints { try routes.add(endpoint.method, endpoint.path, endpoint) }
        self.endpoints = endpoints
        self.routes = routes
    }
}

extension Endpoint {
    /// All that can be wrong with a request: what any request risks, what follows from the row, and what it names itself.
    package var problems: [ProblemCode] {
        var codes: [ProblemCode] = [
            .notAcceptable, .targetTooLong, .headTooLarge, .rateLimited, .internalError, .unavailable,
        ]
        if !access.isOpen { codes += [.unauthenticated, .tokenExpired] }
        if access.permission != nil { codes += [.permissionMissing, .passwordChangeRequired] }
        if scope != .none && scope != .platform || parameters.contains(where: { $0.place == .path }) {
            codes.append(.notFound)
        }
        // Any query is read, and one with a parameter that is not known is refused.
        codes.append(.validationFailed)
        if body != nil {
            codes += [.malformedJSON, .contentTooLarge, .unsupportedMediaType]
        } else {
            codes.append(.unexpectedBody)
        }
        if isIdempotencyKept {
            codes += [.idempotencyKeyReused, .idempotencyInProgress, .idempotencyAnswerLost, .invalidHeader]
        }
        if method == .put || method == .patch || method == .delete {
            codes += [.versionMismatch, .changedMeanwhile, .invalidHeader]
        }
        for code in ownProblems where !codes.contains(code) { codes.append(code) }
        return codes.sorted { ($0.status.code, $0.name) < ($1.status.code, $1.name) }
    }
}
