// Deliveries that were given up: looked at, sent after all, or dropped. All of a webhook are sent by a replay (`ReplayEndpoints.swift`).

import Audit
import Codec
import Deliveries
import HTTP
import Identity
import Redis

enum DeadLetterEndpoints {
    static let all = [list, retry, drop, dropAll]

    private static let one: [Parameter] = [
        .path("letter_id", DeliveryObjects.id, "The dead letter."), DeliveryObjects.requiredEndpoint,
        DeliveryObjects.tenant,
    ]

    private static let list = Endpoint(
        .get, "/api/v1/dead-letters", "listDeadLetters", "List deliveries that were given up, the latest first",
        action: "dead-letter.list", scope: .query("tenant_id"), parameters: DeliveryObjects.listParameters,
        answers: [
            .ok(
                DeliveryObjects.page("DeadLetterPage", "dead_letters", of: DeliveryObjects.letter),
                "A page. They are kept as long and as many as `delivery.dead-letters` says; times are those of giving up."
            )
        ],
        .needs(.webhooksRead) { (call, principal) async throws(Problem) in
            let endpoints = try await call.endpoints(principal)
            let page = try await asking { () async throws(RedisError) in
                try await call.services.deliveries.letters.page(
                    endpoints, call.deliveryFilter, before: call.scrollPosition, size: call.size)
            }
            return DeliveryObjects.page("dead_letters", page, DeliveryObjects.json)
        })

    private static let retry = Endpoint(
        .post, "/api/v1/dead-letters/{letter_id}/retry", "retryDeadLetter", "Send a dead letter after all",
        action: "dead-letter.retry", scope: .query("tenant_id"), parameters: one,
        answers: [.accepted(DeliveryObjects.resent, "A new delivery of the same event; the letter is gone.")],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let letter = try await found(call, principal)
            let resent = try await asking { () async throws(RedisError) in
                try await call.services.deliveries.letters.retry(letter)
            }
            guard let resent else { throw .notFound }
            return .accepted(DeliveryObjects.json(resent: resent, to: letter.endpoint))
        })

    private static let drop = Endpoint(
        .delete, "/api/v1/dead-letters/{letter_id}", "dropDeadLetter", "Drop a dead letter",
        action: "dead-letter.drop", scope: .query("tenant_id"), parameters: one, answers: [.noContent("Dropped.")],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let letter = try await found(call, principal)
            try await asking { () async throws(RedisError) in
                try await call.services.deliveries.letters.drop(letter)
            }
            return .noContent
        })

    private static let dropAll = Endpoint(
        .delete, "/api/v1/dead-letters", "dropDeadLetters", "Drop all dead letters of a webhook",
        action: "dead-letter.drop", scope: .query("tenant_id"),
        parameters: [DeliveryObjects.requiredEndpoint, DeliveryObjects.tenant], answers: [.noContent("Dropped.")],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let endpoint = call.namedEndpoint
            let owner = try await call.owner(ofEndpoint: endpoint, principal)
            try await call.audit(principal, AuditObject("endpoint", endpoint), owner: owner)
            try await asking { () async throws(RedisError) in
                try await call.services.deliveries.letters.dropAll(of: endpoint)
            }
            return .noContent
        })

    /// The letter, with the audit entry of what is about to be done to it.
    private static func found(_ call: APICall, _ principal: Principal) async throws(Problem) -> DeadLetter {
        let owner = try await call.owner(ofEndpoint: call.namedEndpoint, principal)
        guard let id = DeliveryID(call["letter_id"]) else { throw .notFound }
        let letter = try await asking { () async throws(RedisError) in
            try await call.services.deliveries.letters.find(id, of: call.namedEndpoint)
        }
        guard let letter else { throw .notFound }
        try await call.audit(
            principal, AuditObject("dead-letter", letter.id.description), owner: owner,
            after: ["endpoint": .string(letter.endpoint), "event_id": .string(letter.eventID)])
        return letter
    }
}
