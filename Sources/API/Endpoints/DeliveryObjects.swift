// Deliveries, dead letters and replays as the API shows them, and how a request says which webhooks it is about.

import Audit
import Codec
import Deliveries
import Events
import Gateway
import HTTP
import Identity
import Loop
import Records
import Redis
import Tenancy
import Webhooks

enum DeliveryObjects {
    // MARK: Parameters

    static let endpointID = Schema.text(
        TextForm(
            "the id of a webhook: the tenant's code, a slash and its name",
            pattern: "^[A-Za-z0-9_-][A-Za-z0-9._-]*/.+$",
            example: "acme/crm"
        ) { text in
            guard let slash = text.firstIndex(of: "/") else { return false }
            return ResourceName.problem(in: String(text[..<slash])) == nil && text.index(after: slash) < text.endIndex
                && TextForm.line.accepts(text)
        }, 3...200)

    /// Of a delivery or a dead letter.
    static let id = Schema.text(
        TextForm(
            "an id as lists have it", pattern: "^[0-9]{1,2}-[0-9]{1,20}-[0-9]{1,20}$", example: "3-1700000000000-0"
        ) { DeliveryID($0) != nil }, 5...45)

    static let cursor = Schema.text(
        TextForm(
            "a cursor as `next` has it", pattern: "^([0-9a-f]{2})+$", example: "313730302d302d332d61636d652f63726d"
        ) {
            ScrollPosition($0) != nil
        }, 2...1024)

    static let requiredEndpoint = Parameter.query("endpoint", endpointID, "The webhook.", isRequired: true)
    static let tenant = Parameter.query(
        "tenant_id", .text(.id, 36...36), "The tenant; else one's own, or for the platform: all.")

    /// Of a list that is paged through by a cursor.
    static let listParameters: [Parameter] = [
        tenant,
        .query(
            "endpoint", endpointID,
            "Only of this webhook, which may be gone by now; else of all that there are, at most \(endpointsMax)."),
        .query(
            "event_type", .text(.line, 1...64), "Only events of this type, or of a kind: `message.*`."),
        .query("start_time", .time, "Not before this."), .query("end_time", .time, "Not after this."),
        .query("cursor", cursor, "`next` of the page before; the latest ones unless given."),
        .query(
            "size", .integer(PageQuery.sizes), "How many a page has at most; \(PageQuery.sizeDefault) unless given."),
    ]

    static let endpointsMax = 64

    static func page(_ name: String, _ member: String, of element: ObjectSchema) -> ObjectSchema {
        ObjectSchema(
            name, "One page of a list, the latest first.",
            [
                .required(
                    member, .array(of: .object(element), 0...100),
                    "The page; it may be short, or empty, though there is a next one."),
                .required("next", cursor, "`cursor` of the next page; null: this is the last.", isNullable: true),
            ])
    }

    static func page<Element: Sendable>(
        _ member: String, _ page: ScrollPage<Element>, _ json: (Element) -> JSONValue
    ) -> Reply {
        .ok([member: .array(page.elements.map(json)), "next": page.next.map { .string($0.text) } ?? .null])
    }

    // MARK: Objects

    private static let outcomes = Schema.choice(AttemptEntry.Outcome.allCases.map(\.rawValue))
    static let count = Schema.integer(0...Int64.max)

    private static let attemptMembers: [MemberSchema] = [
        .required("number", count, "From 1."), .required("started_at", .time, "When."),
        .required("latency_ms", count, "From connecting to the end of the answer."),
        .required("status", .integer(100...999), "Of the answer; null: there was none.", isNullable: true),
        .required(
            "reason", .text(.line, 1...64), "Why it failed: `timeout`, `connect`, `status_5xx`, …; null: it did not.",
            isNullable: true),
        .required("detail", .text(.any, 0...4096), "What happened, for a person."),
    ]

    private static let attempt = ObjectSchema("Attempt", "One attempt to deliver.", attemptMembers)

    private static let attemptWithAnswer = ObjectSchema(
        "AttemptWithAnswer", "One attempt to deliver, with what was answered.",
        attemptMembers + [
            .required("answer", .text(.any, 0...4096), "The first 4 KB of the answer's body.")
        ])

    private static let deliveryMembers: [MemberSchema] = [
        .required("id", id, "Its id."), .required("endpoint", endpointID, "Where it goes."),
        .required("event_id", .text(.line, 0...64), "The event: `webhook-id` of every attempt."),
        .required("event_type", .text(.line, 0...64), "What kind of event."),
        .required("outcome", outcomes, "`waiting`: for its first or next attempt; `dead`: given up."),
        .required("replay", .boolean, "Whether a replay made it."), .required("routed_at", .time, "When it began."),
        .required("next_attempt_at", .time, "null: as soon as possible, or there is none.", isNullable: true),
    ]

    static let delivery = ObjectSchema(
        "Delivery", "One event to one webhook.",
        deliveryMembers + [.required("last_attempt", .object(attempt), "The latest one.")])

    static let deliveryDetails = ObjectSchema(
        "DeliveryDetails", "One event to one webhook, with every attempt.",
        deliveryMembers + [
            .required(
                "attempts", .array(of: .object(attemptWithAnswer), 0...1_000_000),
                "Those that are kept, the oldest first.")
        ])

    static let resent = ObjectSchema(
        "Resent", "The new delivery.",
        [.required("id", id, "Its id."), .required("endpoint", endpointID, "Where it goes.")])

    static let letter = ObjectSchema(
        "DeadLetter", "A delivery that was given up.",
        [
            .required("id", id, "Its id."), .required("endpoint", endpointID, "Where it should have gone."),
            .required("delivery_id", .text(.line, 0...45), "The delivery it was."),
            .required("event_id", .text(.line, 0...64), "The event."),
            .required("event_type", .text(.line, 0...64), "What kind of event."),
            .required("attempts", count, "How many there were."),
            .required("reason", .text(.line, 0...64), "Why the last one failed."),
            .required("detail", .text(.any, 0...4096), "What happened, for a person."),
            .required("died_at", .time, "When it was given up."),
        ])

    // MARK: JSON

    static func json(_ delivery: AttemptedDelivery) -> JSONValue {
        let last = delivery.last
        return members(
            delivery.id, delivery.endpoint, last.eventID, last.eventType, last.outcome, last.isReplay, delivery.due,
            and: [.init("last_attempt", .object(members(last.attempt)))])
    }

    static func json(_ details: DeliveryDetails) -> JSONValue {
        let attempts = details.attempts.map(\.attempt).map { attempt in
            JSONValue.object(
                members(attempt) + [.init("answer", .string(String(decoding: attempt.answer, as: UTF8.self)))])
        }
        return members(
            details.id, details.endpoint, details.eventID, details.eventType, details.outcome, details.isReplay,
            details.due, and: [.init("attempts", .array(attempts))])
    }

    private static func members(
        _ id: DeliveryID, _ endpoint: String, _ eventID: String, _ eventType: String, _ outcome: AttemptEntry.Outcome,
        _ isReplay: Bool, _ due: Int64?, and more: [JSONValue.Member]
    ) -> JSONValue {
        let common: JSONValue = [
            "id": .string(id.description), "endpoint": .string(endpoint), "event_id": .string(eventID),
            "event_type": .string(eventType), "outcome": .string(outcome.rawValue), "replay": .bool(isReplay),
            "routed_at": time(Int64(clamping: id.id.milliseconds)), "next_attempt_at": due.map(time) ?? .null,
        ]
        return .object((common.object ?? []) + more)
    }

    private static func members(_ attempt: AttemptRecord) -> [JSONValue.Member] {
        let object: JSONValue = [
            "number": .number(JSONNumber(attempt.number)), "started_at": time(attempt.startedAt),
            "latency_ms": .number(JSONNumber(attempt.latency.milliseconds)),
            "status": attempt.status.map { .number(JSONNumber($0)) } ?? .null,
            "reason": attempt.reason.map(JSONValue.string) ?? .null, "detail": .string(attempt.detail),
        ]
        return object.object ?? []
    }

    static func json(_ letter: DeadLetter) -> JSONValue {
        [
            "id": .string(letter.id.description), "endpoint": .string(letter.endpoint),
            "delivery_id": .string(letter.delivery), "event_id": .string(letter.eventID),
            "event_type": .string(letter.eventType), "attempts": .number(JSONNumber(letter.attempts)),
            "reason": .string(letter.reason), "detail": .string(letter.detail), "died_at": time(letter.diedAt),
        ]
    }

    static func json(resent id: DeliveryID, to endpoint: String) -> JSONValue {
        ["id": .string(id.description), "endpoint": .string(endpoint)]
    }

    static func time(_ milliseconds: Int64) -> JSONValue {
        .string((Timestamp(milliseconds: milliseconds) ?? .epoch).description)
    }
}

extension ProblemCode {
    static let eventNotKept = ProblemCode(
        "event_not_kept", .conflict, "The event is not kept any more, so it cannot be sent again.")
}

/// Asks Redis; its error is a problem.
func asking<Value>(_ step: () async throws(RedisError) -> Value) async throws(Problem) -> Value {
    do throws(RedisError) { return try await step() } catch { throw Problem(.unavailable(error)) }
}

extension APICall {
    /// The id of the tenant that has this webhook, if the principal reaches it; what it does not reach is not found.
    func owner(ofEndpoint endpoint: String, _ principal: Principal) async throws(Problem) -> String {
        let owner: TenantRecord
        do throws(TenantFault) {
            owner = try await services.tenants.get(code: String(endpoint.prefix { $0 != "/" })).value
        } catch .notFound {
            throw .notFound
        } catch {
            throw Problem(error)
        }
        try await admit(principal, owner: owner.id)
        guard tenant == nil || tenant == owner.id else { throw .notFound }
        return owner.id
    }

    /// The webhook that the query names.
    var namedEndpoint: String { query["endpoint"]?.string ?? "" }

    /// The webhooks that a list is about: the one the query names, else all of the tenant.
    func endpoints(_ principal: Principal) async throws(Problem) -> [String] {
        if query["endpoint"] != nil {
            _ = try await owner(ofEndpoint: namedEndpoint, principal)
            return [namedEndpoint]
        }
        let endpoints = try await endpointsInForce().map(\.id.text)
        guard endpoints.count <= DeliveryObjects.endpointsMax else {
            let fault = MemberFault(
                field: "endpoint", code: "required",
                detail: "is required, since there are \(endpoints.count) webhooks")
            throw Problem(.validationFailed, "Wrong members or parameters: 1; see errors.", errors: [fault])
        }
        return endpoints
    }

    /// Those of the tenant that the call is about; else all.
    func endpointsInForce() async throws(Problem) -> [Gateway.Endpoint] {
        let all = services.deliveries.endpoints()
        guard let tenant else { return all }
        do throws(TenantFault) {
            let code = try await services.tenants.get(tenant).value.code
            return all.filter { $0.tenant == code }
        } catch {
            throw Problem(error)
        }
    }

    var deliveryFilter: DeliveryFilter {
        var filter = DeliveryFilter()
        filter.eventType = query["event_type"]?.string
        filter.from = milliseconds("start_time")
        filter.to = milliseconds("end_time")
        filter.outcome = query["outcome"]?.string.flatMap(AttemptEntry.Outcome.init)
        return filter
    }

    private func milliseconds(_ name: String) -> Int64? {
        query[name]?.string.flatMap { Timestamp(rfc3339: $0.utf8.span)?.milliseconds }
    }

    var scrollPosition: ScrollPosition? { query["cursor"]?.string.flatMap { ScrollPosition($0) } }

    /// Puts what is about to be done into the audit log: nothing of it happens without its entry.
    func audit(_ principal: Principal, _ object: AuditObject, owner: String, after: JSONValue? = nil)
        async throws(Problem)
    {
        let entry = origin(principal).entry(endpoint.action, on: object, tenant: owner, after: after)
        try await asking { () async throws(RedisError) in try await services.audit.append(entry) }
    }
}
