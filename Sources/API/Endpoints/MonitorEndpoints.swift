// How Weir is: for whoever watches it with the API's credentials or none. Probes ask the operations listener.

import Codec
import HTTP
import Loop

enum MonitorEndpoints {
    static let all = [
        Endpoint(
            .get, "/api/v1/monitor/health", "getHealth", "Show the state of all parts of Weir", action: "health.read",
            answers: [.ok(health, "The state; `status` is the worst of all parts.")],
            .plain { basics in
                let uptime = Int((basics.loop.now - basics.startedAt).seconds)
                return Reply(.ok, .json, HealthReport(basics.health).brief(uptimeSeconds: uptime))
            })
    ]

    private static let states = Schema.choice(["ready", "degraded", "not_ready"])

    static let health = ObjectSchema(
        "Health", "The state of Weir.",
        [
            .required("status", states, "The worst of all parts."),
            .required("services", .array(of: .object(service), 0...100), "The parts."),
            .required("uptime", .integer(0...Int64.max), "Seconds since this process started."),
        ])

    private static let service = ObjectSchema(
        "Service", "A part of Weir.",
        [
            .required("name", .text(.line, 1...100), "Its name."),
            .required("status", states, "Its state."),
            .optional(
                "detail", .text(.any, 1...HealthReport.briefLength),
                "What is wrong, or an addition that helps; `/readyz` and the log have more."),
        ])
}
