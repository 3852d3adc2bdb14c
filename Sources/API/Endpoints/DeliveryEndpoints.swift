// What became of deliveries, and sending one again.

import Audit
import Codec
import Deliveries
import HTTP
import Identity
import Redis
import Webhooks

enum DeliveryEndpoints {
    static let all = [list, get, retry]

    private static let one: [Parameter] = [
        .path("delivery_id", DeliveryObjects.id, "The delivery."), DeliveryObjects.requiredEndpoint,
        DeliveryObjects.tenant,
    ]

    private static let list = Endpoint(
        .get, "/api/v1/deliveries", "listDeliveries",
        "List deliveries that were attempted, the latest attempt first", action: "delivery.list",
        scope: .query("tenant_id"),
        parameters: DeliveryObjects.listParameters + [
            .query("outcome", .choice(AttemptEntry.Outcome.allCases.map(\.rawValue)), "Only those that ended so.")
        ],
        answers: [
            .ok(
                DeliveryObjects.page("DeliveryPage", "deliveries", of: DeliveryObjects.delivery),
                "A page. Attempts are kept as long and as many as `delivery.history` says; times are those of attempts."
            )
        ],
        .needs(.webhooksRead) { (call, principal) async throws(Problem) in
            let endpoints = try await call.endpoints(principal)
            let page = try await asking { () async throws(RedisError) in
                try await call.services.deliveries.history.page(
                    endpoints, call.deliveryFilter, before: call.scrollPosition, size: call.size)
            }
            return DeliveryObjects.page("deliveries", page, DeliveryObjects.json)
        })

    private static let get = Endpoint(
        .get, "/api/v1/deliveries/{delivery_id}", "getDelivery", "Show a delivery with every attempt",
        action: "delivery.read", scope: .query("tenant_id"), parameters: one,
        answers: [.ok(DeliveryObjects.deliveryDetails, "The delivery.")],
        .needs(.webhooksRead) { (call, principal) async throws(Problem) in
            _ = try await call.owner(ofEndpoint: call.namedEndpoint, principal)
            return .ok(DeliveryObjects.json(try await found(call)))
        })

    private static let retry = Endpoint(
        .post, "/api/v1/deliveries/{delivery_id}/retry", "retryDelivery",
        "Send the event of a delivery once more, whatever became of it", action: "delivery.retry",
        scope: .query("tenant_id"), parameters: one,
        answers: [
            .accepted(
                DeliveryObjects.resent,
                "A new delivery of the same event, under the same `webhook-id`. Each such request makes another one.")
        ],
        problems: [.eventNotKept],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let owner = try await call.owner(ofEndpoint: call.namedEndpoint, principal)
            let delivery = try await found(call)
            try await call.audit(
                principal, AuditObject("delivery", delivery.id.description), owner: owner,
                after: ["endpoint": .string(delivery.endpoint), "event_id": .string(delivery.eventID)])
            let resent = try await asking { () async throws(RedisError) in
                try await call.services.deliveries.history.resend(delivery)
            }
            guard let resent else {
                throw Problem(
                    .eventNotKept, "The event is not kept any more; `history` in weir.conf says how long it is.")
            }
            return .accepted(DeliveryObjects.json(resent: resent, to: delivery.endpoint))
        })

    private static func found(_ call: APICall) async throws(Problem) -> DeliveryDetails {
        guard let id = DeliveryID(call["delivery_id"]) else { throw .notFound }
        let details = try await asking { () async throws(RedisError) in
            try await call.services.deliveries.history.find(id, to: call.namedEndpoint)
        }
        guard let details else { throw .notFound }
        return details
    }
}
