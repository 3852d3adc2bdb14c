// Replays: events of some time delivered to a webhook once more, in the background. `Deliveries/ReplayRunner.swift` carries them out.

import Audit
import Codec
import Deliveries
import Events
import Gateway
import HTTP
import Identity
import Language
import Loop
import Records
import Redis
import Rules

enum ReplayEndpoints {
    static let all = [list, create, get, cancel]

    private static let one = [Parameter.path("replay_id", "The id of the replay.")]
    private static let filterBytesMax = 4096
    /// Of a tenant.
    private static let runningMax: Int64 = 4
    /// Of a tenant; the oldest that have ended go.
    private static let keptMax: Int64 = 100
    private static let rateDefault: Int64 = 10

    private static let list = Endpoint(
        .get, "/api/v1/replays", "listReplays", "List replays", action: "replay.list", scope: .query("tenant_id"),
        parameters: PageQuery.parameters + [DeliveryObjects.tenant],
        answers: [.ok(.page("ReplayPage", "replays", of: replay), "A page of replays, the oldest first.")],
        .needs(.webhooksRead) { (call, _) async throws(Problem) in
            let list = call.tenant.map(Replay.list) ?? Replay.all
            let page = try await storing { () async throws(StoreFault) in
                try await call.services.deliveries.replays.page(list, page: call.page, size: call.size)
            }
            call.report(page.damaged, of: Replay.kind)
            var replays: [JSONValue] = []
            for stored in page.records { replays.append(try await json(stored.value, call)) }
            return .page("replays", replays, total: page.total, of: call)
        })

    private static let create = Endpoint(
        .post, "/api/v1/replays", "createReplay", "Deliver events of some time to a webhook once more",
        action: "replay.create", scope: .object,
        body: ObjectSchema(
            "ReplayCreation", "What to deliver, and to which webhook.",
            [
                .required("endpoint", DeliveryObjects.endpointID, "The webhook."),
                .optional(
                    "source", .choice(Replay.Source.allCases.map(\.rawValue)),
                    "`dead`, unless given: dead letters, which leave their list; `all`: every recorded event that the rules in force send to the webhook."
                ),
                .optional("from", .time, "Events that Weir received since; absent: from the first that is kept."),
                .optional("to", .time, "Up to this moment; now unless given."),
                .optional(
                    "filter", .text(.any, 1...filterBytesMax),
                    "A condition as routes of the rules have them: `content.text contains \"refund\"`; absent: all.",
                    isNullable: true),
                .optional("rate", .integer(1...1000), "Deliveries a second at most; \(rateDefault) unless given."),
            ]),
        answers: [.created(replay, "It is under way, at its rate, beside live events.", hasVersion: false)],
        problems: [.tooManyReplays],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let endpoint = call.body["endpoint"]?.string ?? ""
            let owner = try await call.owner(ofEndpoint: endpoint, principal)
            guard call.services.deliveries.endpoints().contains(where: { $0.id.text == endpoint }) else {
                throw Problem(wrong: "endpoint", "unknown", "must be a webhook that there is")
            }
            let now = call.basics.loop.wallMilliseconds
            let from = milliseconds(call.body["from"]) ?? 0
            let to = min(now, milliseconds(call.body["to"]) ?? now)
            guard from <= to else { throw Problem(wrong: "from", "not_allowed", "must not be after `to`, nor to come") }
            let filter = call.body["filter"]?.string
            if let filter { try check(filter) }
            let store = call.services.deliveries.replays
            let running = try await storing { () async throws(StoreFault) in
                try await store.count(Replay.running(ofTenant: owner))
            }
            guard running < runningMax else {
                throw Problem(.tooManyReplays, "\(running) replays are under way. Wait for one, or cancel one.")
            }
            let replay = Replay(
                id: call.services.deliveries.replayID(at: now), tenant: owner, endpoint: endpoint,
                source: call.body["source"]?.string.flatMap(Replay.Source.init) ?? .dead, from: from, to: to,
                filter: filter, rate: call.body["rate"]?.integer ?? rateDefault, createdAt: now)
            let entry = call.origin(principal).entry(
                "replay.create", on: AuditObject(Replay.kind, replay.id), tenant: owner, after: replay.document)
            try await storing { () async throws(StoreFault) in
                try await makeRoom(in: store, owner)
                _ = try await store.create(replay, entry)
            }
            return .created(try await json(replay, call), at: "/api/v1/replays/\(replay.id)")
        })

    private static let get = Endpoint(
        .get, "/api/v1/replays/{replay_id}", "getReplay", "Show a replay and how far it has come",
        action: "replay.read", scope: .object, parameters: one, answers: [.ok(replay, "The replay.")],
        .needs(.webhooksRead) { (call, principal) async throws(Problem) in
            .ok(try await json(try await found(call, principal).value, call))
        })

    private static let cancel = Endpoint(
        .post, "/api/v1/replays/{replay_id}/cancel", "cancelReplay", "End a replay; what it has sent stays sent",
        action: "replay.cancel", scope: .object, parameters: one,
        answers: [.ok(replay, "The replay. One that has ended stays as it is.")],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let stored = try await found(call, principal)
            guard stored.value.status == .running else { return .ok(try await json(stored.value, call)) }
            var cancelled = stored.value
            cancelled.status = .cancelled
            cancelled.endedAt = call.basics.loop.wallMilliseconds
            let entry = call.origin(principal).entry(
                "replay.cancel", on: AuditObject(Replay.kind, cancelled.id), tenant: cancelled.tenant,
                before: stored.value.document, after: cancelled.document)
            _ = try await storing { () async throws(StoreFault) in
                try await call.services.deliveries.replays.replace(cancelled, ifVersion: stored.version, entry)
            }
            return .ok(try await json(cancelled, call))
        })

    private static func found(_ call: APICall, _ principal: Principal) async throws(Problem) -> Stored<Replay> {
        let stored = try await storing { () async throws(StoreFault) in
            try await call.services.deliveries.replays.get(call["replay_id"])
        }
        try await call.admit(principal, owner: stored.value.tenant)
        return stored
    }

    /// Lists of what has ended need not grow for ever.
    private static func makeRoom(in store: RecordStore<Replay>, _ tenant: String) async throws(StoreFault) {
        let list = Replay.list(ofTenant: tenant)
        let surplus = try await store.count(list) - keptMax + 1
        guard surplus > 0 else { return }
        for old in try await store.page(list, page: 1, size: 100).records.prefix(Int(surplus))
        where old.value.status != .running {
            try await store.delete(old.value.id, ifVersion: nil, nil)
        }
    }

    private static func check(_ filter: String) throws(Problem) {
        let checked = Filter.check(filter)
        guard checked.filter == nil else { return }
        throw Problem(
            wrong: "filter", "not_allowed",
            "must be a condition of the rule language:\n" + checked.findings.rendered)
    }

    private static func milliseconds(_ value: JSONValue?) -> Int64? {
        value?.string.flatMap { Timestamp(rfc3339: $0.utf8.span)?.milliseconds }
    }

    private static func json(_ replay: Replay, _ call: APICall) async throws(Problem) -> JSONValue {
        let progress = try await asking { () async throws(RedisError) in
            try await ReplayProgress.read(replay, from: call.services.redis)
        }
        return .object(
            (replay.document.object ?? []) + [
                .init("examined", .number(JSONNumber(progress.examined))),
                .init("sent", .number(JSONNumber(progress.sent))),
                .init(
                    "percent", .number(JSONNumber(progress.partitionsDone * 100 / Partition.all.count))),
            ])
    }

    // MARK: Describing

    static let replay = ObjectSchema(
        "Replay", "Events of some time, delivered to a webhook once more.",
        [
            .required("id", .text(.id, 36...36), "Its id."),
            .required("tenant_id", .text(.id, 36...36), "Whose webhook it is."),
            .required("endpoint", DeliveryObjects.endpointID, "The webhook."),
            .required(
                "source", .choice(Replay.Source.allCases.map(\.rawValue)), "Dead letters, or all recorded events."),
            .required("from", .time, "Events that Weir received since."), .required("to", .time, "Up to this moment."),
            .required("filter", .text(.any, 0...filterBytesMax), "null: all of them.", isNullable: true),
            .required("rate", .integer(1...1000), "Deliveries a second at most."),
            .required("status", .choice(Replay.Status.allCases.map(\.rawValue)), "Whether it goes on."),
            .required("detail", .text(.any, 0...1000), "Why it failed.", isNullable: true),
            .required("created_at", .time, "When it was asked for."),
            .required("ended_at", .time, "null: it goes on.", isNullable: true),
            .required("examined", DeliveryObjects.count, "Dead letters, or events, that were looked at."),
            .required("sent", DeliveryObjects.count, "Deliveries that were made of them."),
            .required("percent", .integer(0...100), "How much of the work is done, in steps of a sixteenth."),
        ])
}

extension ProblemCode {
    static let tooManyReplays = ProblemCode(
        "too_many_replays", .conflict, "As many replays of the tenant are under way as there may be.")
}

extension Problem {
    fileprivate init(wrong field: String, _ code: String, _ detail: String) {
        self.init(
            .validationFailed, "Wrong members or parameters: 1; see errors.",
            errors: [MemberFault(field: field, code: code, detail: detail)])
    }
}
