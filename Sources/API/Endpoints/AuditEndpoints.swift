// The audit log: who did what to which object. `Audit` keeps it.

import Audit
import Codec
import Events
import HTTP
import Identity
import Records
import Redis

enum AuditEndpoints {
    static let all = [
        Endpoint(
            .get, "/api/v1/audit", "listAuditEntries", "Look into the audit log, the newest entries first",
            action: "audit.read", scope: .query("tenant_id"), parameters: parameters,
            answers: [.ok(page, "The entries that match all that was given.")], .needs(.auditRead, list))
    ]

    private static func list(_ call: APICall, _: Principal) async throws(Problem) -> Reply {
        func text(_ name: String) -> String? { call.query[name]?.string }
        var filter = AuditFilter()
        filter.tenant = call.tenant
        filter.from = text("start_time").flatMap { Timestamp(rfc3339: $0.utf8.span)?.milliseconds }
        filter.to = text("end_time").flatMap { Timestamp(rfc3339: $0.utf8.span)?.milliseconds }
        filter.actorID = text("actor_id")
        filter.actorName = text("actor_name")
        filter.action = text("action")
        filter.objectKind = text("object_kind")
        filter.objectID = text("object_id")
        filter.outcome = text("outcome").flatMap(AuditOutcome.init)
        let found: AuditPage
        do throws(RedisError) {
            found = try await AuditReader(redis: call.services.redis).page(filter, page: call.page, size: call.size)
        } catch {
            throw Problem(StoreFault.unavailable(error))
        }
        return .ok([
            "entries": .array(found.records.map(\.answer)), "total": .number(JSONNumber(found.total)),
            "page": .number(JSONNumber(call.page)), "size": .number(JSONNumber(call.size)),
            "complete": .bool(found.isComplete),
        ])
    }

    // MARK: Describing

    private static let word = Schema.text(.line, 1...128)

    private static let parameters: [Parameter] =
        [
            .query("tenant_id", .text(.id, 36...36), "Only the matters of this tenant."),
            .query("start_time", .time, "Not before this."), .query("end_time", .time, "Not after this."),
            .query("actor_id", word, "The id of a user or key; a part of Weir by its name, as `configuration`."),
            .query("actor_name", word, "Also of those who only claimed it, at a failed sign-in."),
            .query(
                "action", word,
                "`tenant.update`, or `tenant` for all that is done to tenants; sign-ins are `session.create`, also those "
                    + "refused."
            ),
            .query("object_kind", word, "`tenant`, `user`, `api-key`, …"), .query("object_id", word, "Its id."),
            .query("outcome", outcome, "How it ended."),
        ] + PageQuery.parameters

    private static let outcome = Schema.choice(AuditOutcome.allCases.map(\.rawValue))

    private static let page = ObjectSchema(
        "AuditPage", "One page of a look into the audit log.",
        [
            .required("entries", .array(of: .object(entry), 0...100), "The page, the newest first."),
            .required("total", .integer(0...Int64.max), "How many match, on all pages."),
            .required("page", .integer(PageQuery.pages), "The number of this page."),
            .required("size", .integer(PageQuery.sizes), "How many a page has at most."),
            .required(
                "complete", .boolean,
                "false: the search ended after \(AuditReader.examinedMax) entries, and `total` counts those that were "
                    + "found by then; narrow the time to look further back."),
        ])

    private static let entry = ObjectSchema(
        "AuditEntry", "Who did what to which object, from where, and how it ended.",
        [
            .required("id", .text(.line, 3...64), "Its place in the log."),
            .required("number", .integer(1...Int64.max), "Counts from 1 without a gap."),
            .required("time", .time, "When."), .required("actor", .object(actor), "Who."),
            .required("tenant_id", .text(.line, 1...64), "Whose matter it is; null: the platform's.", isNullable: true),
            .required("action", word, "What: kind and verb."),
            .required("object", .object(object), "To what.", isNullable: true),
            .required("address", .text(.line, 1...64), "From where.", isNullable: true),
            .required("request_id", .text(.line, 1...256), "The X-Request-Id of the request.", isNullable: true),
            .required("outcome", outcome, "How it ended."),
            .required("code", word, "The problem's code, unless it was allowed.", isNullable: true),
            .required(
                "before", .anyObject, "The members that were changed, as they were; secrets are masked.",
                isNullable: true),
            .required("after", .anyObject, "The same as they are.", isNullable: true),
            .required(
                "hash", .text(.line, 64...64), "SHA-256 over the entry and the hash before it; see `weir audit verify`."
            ),
        ])

    private static let actor = ObjectSchema(
        "AuditActor", "Who did it.",
        [
            .required("kind", .choice(AuditActor.Kind.allCases.map(\.rawValue)), "What it is."),
            .required("id", word, "null: nobody has shown who they are.", isNullable: true),
            .required("name", .text(.any, 0...200), "Its name; of an anonymous one, what it claimed."),
        ])

    private static let object = ObjectSchema(
        "AuditObject", "What was done something to.",
        [.required("kind", word, "What it is."), .required("id", word, "Its id.")])
}

extension AuditRecord {
    fileprivate var answer: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        return [
            "id": .string(id.description), "number": .number(JSONNumber(number)), "time": .string(time.description),
            "actor": [
                "kind": .string(entry.actor.kind.rawValue), "id": text(entry.actor.id),
                "name": .string(entry.actor.name),
            ], "tenant_id": text(entry.tenant), "action": .string(entry.action),
            "object": entry.object.map { ["kind": .string($0.kind), "id": .string($0.id)] } ?? .null,
            "address": text(entry.address), "request_id": text(entry.requestID),
            "outcome": .string(entry.outcome.rawValue), "code": text(entry.code), "before": entry.before ?? .null,
            "after": entry.after ?? .null, "hash": .string(hash),
        ]
    }
}
