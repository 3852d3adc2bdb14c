// The operations listener: probes and Prometheus. Plain HTTP, on the loopback interface unless configured otherwise.

package import Gateway
package import HTTP
package import Telemetry

package final class OperationsHandler: RequestHandler {
    private let health: Health
    private let metrics: MetricsRegistry

    package init(health: Health, metrics: MetricsRegistry) {
        self.health = health
        self.metrics = metrics
    }

    package func respond(to request: Request) async -> Response {
        guard request.head.method == .get || request.head.method == .head else {
            return ProblemDocument(.methodNotAllowed, code: "method_not_allowed", detail: "Use GET.").response
        }
        switch request.path {
        // Alive: the loop answers. Nothing else is asked, or a probe would restart Weir because Redis is away.
        case "/healthz": return Response(.ok, .plainText, Array("ok\n".utf8))
        case "/readyz": return HealthReport(health).response
        case "/metrics": return Response(.ok, .prometheus, Array(metrics.text().utf8))
        default:
            return ProblemDocument(
                .notFound, code: "not_found", detail: "There are /healthz, /readyz and /metrics here."
            ).response
        }
    }
}
