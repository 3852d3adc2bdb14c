// The API listener. So far it answers for its own health; every other path says so in problem+json.

package import Gateway
package import HTTP
package import Loop

package final class APIHandler: RequestHandler {
    private let health: Health
    private let loop: EventLoop
    private let startedAt: Instant

    package init(health: Health, loop: EventLoop) {
        self.health = health
        self.loop = loop
        startedAt = loop.now
    }

    package func respond(to request: Request) async -> Response {
        guard request.path == "/api/v1/monitor/health" else {
            return ProblemDocument(.notFound, code: "not_found", detail: "There is no such resource.").response
        }
        guard request.head.method == .get || request.head.method == .head else {
            return ProblemDocument(.methodNotAllowed, code: "method_not_allowed", detail: "Use GET.").response
        }
        let uptime = Int((loop.now - startedAt).seconds)
        return Response(.ok, .json, HealthReport(health).json(uptimeSeconds: uptime))
    }
}
