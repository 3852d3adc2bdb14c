// Where deliveries go: the webhooks of weir.conf, of the rules and of subscriptions, and how each of them does.

import Audit
import Codec
import Deliveries
import Gateway
import HTTP
import Identity
import Redis
import Webhooks

enum WebhookEndpoints {
    static let all = [list, enable]

    private static let list = Endpoint(
        .get, "/api/v1/endpoints", "listEndpoints", "List webhooks, whoever made them, and how they do",
        action: "endpoint.list", scope: .query("tenant_id"),
        parameters: PageQuery.parameters + [
            DeliveryObjects.tenant, .query("endpoint", DeliveryObjects.endpointID, "Only this one."),
        ],
        answers: [.ok(.page("WebhookPage", "endpoints", of: webhook), "A page, in the order of their ids.")],
        .needs(.webhooksRead) { (call, principal) async throws(Problem) in
            var endpoints = try await call.endpointsInForce()
            if call.query["endpoint"] != nil {
                _ = try await call.owner(ofEndpoint: call.namedEndpoint, principal)
                endpoints = endpoints.filter { $0.id.text == call.namedEndpoint }
            }
            let start = min(endpoints.count, (call.page - 1) * call.size)
            let page = endpoints[start..<min(endpoints.count, start + call.size)]
            let desk = call.services.deliveries
            let rows = try await asking { () async throws(RedisError) in
                let letters = try await desk.letters.counts(of: page.map(\.id.text))
                var rows: [JSONValue] = []
                for endpoint in page {
                    let traffic = try await desk.traffic.traffic(of: endpoint.id.text)
                    let state = call.services.endpoints.state(of: endpoint.id.text)
                    rows.append(json(endpoint, state, deadLetters: letters[endpoint.id.text] ?? 0, traffic))
                }
                return rows
            }
            return .page("endpoints", rows, total: Int64(endpoints.count), of: call)
        })

    private static let enable = Endpoint(
        .post, "/api/v1/endpoints/enable", "enableEndpoint",
        "Let a webhook have deliveries again, and begin without a past",
        action: "endpoint.enable", scope: .query("tenant_id"),
        parameters: [DeliveryObjects.requiredEndpoint, DeliveryObjects.tenant],
        answers: [.noContent("It is enabled. Dead letters stay; a replay sends them.")],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let endpoint = call.namedEndpoint
            let owner = try await call.owner(ofEndpoint: endpoint, principal)
            try await call.audit(principal, AuditObject("endpoint", endpoint), owner: owner)
            try await call.enable(endpoint: endpoint)
            return .noContent
        })

    private enum Status: String, CaseIterable {
        case enabled, failing, disabled

        init(_ state: EndpointState?) {
            self = state?.isDisabled == true ? .disabled : state?.failingSince != nil ? .failing : .enabled
        }
    }

    private enum Origin: String, CaseIterable {
        case configuration, rule, subscription

        init(_ endpoint: Gateway.Endpoint) {
            let name = endpoint.id.text.drop { $0 != "/" }.dropFirst()
            self = name.hasPrefix("~") ? .rule : name.hasPrefix("sub_") ? .subscription : .configuration
        }
    }

    private static func json(
        _ endpoint: Gateway.Endpoint, _ state: EndpointState?, deadLetters: Int64,
        _ traffic: (hour: EndpointTraffic, day: EndpointTraffic)
    ) -> JSONValue {
        [
            "id": .string(endpoint.id.text), "origin": .string(Origin(endpoint).rawValue),
            "url": .string(URLMask.masked(endpoint.url.text)),
            "concurrency": .number(JSONNumber(endpoint.concurrency)), "status": .string(Status(state).rawValue),
            "failing_since": state?.failingSince.map(DeliveryObjects.time) ?? .null,
            "disabled_at": state?.disabledAt.map(DeliveryObjects.time) ?? .null,
            "disabled_by": state?.disabledBy.map { .string($0.rawValue) } ?? .null,
            "dead_letters": .number(JSONNumber(deadLetters)), "last_hour": json(traffic.hour),
            "last_day": json(traffic.day),
        ]
    }

    private static func json(_ traffic: EndpointTraffic) -> JSONValue {
        func latency(_ value: Int64?) -> JSONValue { value.map { .number(JSONNumber($0)) } ?? .null }
        return [
            "delivered": .number(JSONNumber(traffic.delivered)),
            "failed_attempts": .number(JSONNumber(traffic.failed)), "dead": .number(JSONNumber(traffic.dead)),
            "latency_ms_mean": latency(traffic.latencyMean), "latency_ms_p50": latency(traffic.latency(within: 0.5)),
            "latency_ms_p95": latency(traffic.latency(within: 0.95)),
            "latency_ms_p99": latency(traffic.latency(within: 0.99)),
        ]
    }

    // MARK: Describing

    private static let webhook = ObjectSchema(
        "Webhook", "Where deliveries go, and how it does.",
        [
            .required("id", DeliveryObjects.endpointID, "What it is called everywhere: the tenant's code and a name."),
            .required(
                "origin", .choice(Origin.allCases.map(\.rawValue)),
                "`configuration`: weir.conf; `rule`: a rule has its URL; `subscription`: this API."),
            .required("url", .text(.line, 1...4096), "Without what may be a key in it."),
            .required("concurrency", .integer(1...256), "Deliveries under way at the same time."),
            .required(
                "status", .choice(Status.allCases.map(\.rawValue)),
                "`failing`: nothing has arrived since `failing_since`; `disabled`: it gets no more deliveries until it is enabled."
            ),
            .required("failing_since", .time, "Since when attempts have only failed.", isNullable: true),
            .required("disabled_at", .time, "When it was disabled.", isNullable: true),
            .required(
                "disabled_by", .choice(["failures", "gone"]),
                "`failures`: of `delivery.disable-after`; `gone`: it answered 410.", isNullable: true),
            .required("dead_letters", DeliveryObjects.count, "Deliveries that were given up and are kept."),
            .required("last_hour", .object(traffic), "The last hour, to the next ten minutes."),
            .required("last_day", .object(traffic), "The last 24 hours."),
        ])

    private static let traffic = ObjectSchema(
        "WebhookTraffic", "Deliveries of some time. Counts are up to ten seconds old.",
        [
            .required("delivered", DeliveryObjects.count, "Deliveries that arrived."),
            .required("failed_attempts", DeliveryObjects.count, "Attempts that failed."),
            .required("dead", DeliveryObjects.count, "Deliveries that were given up."),
            .required("latency_ms_mean", DeliveryObjects.count, "Of all attempts.", isNullable: true),
            .required(
                "latency_ms_p50", DeliveryObjects.count, "Half of the attempts took at most so long.", isNullable: true),
            .required("latency_ms_p95", DeliveryObjects.count, "95 of 100.", isNullable: true),
            .required(
                "latency_ms_p99", DeliveryObjects.count, "99 of 100; null also if it is more than a minute.",
                isNullable: true),
        ])
}
