// A replay: events of some time delivered to one endpoint once more, in the background. The record says what is wanted and whether it still
// is; how far it has come stands in each partition (`ReplayStep.swift`), in the same step as what was sent.

package import Codec
import Events
package import Records

package struct Replay: Storable, Equatable {
    package static let kind = "replay"

    package enum Source: String, Sendable, CaseIterable {
        /// What was given up.
        case dead
        /// Every recorded event that the rules in force send to the endpoint.
        case all
    }

    package enum Status: String, Sendable, CaseIterable {
        case running, done, cancelled, failed
    }

    package let id: String
    package let tenant: String
    package let endpoint: String
    package let source: Source
    /// When Weir received the event, in milliseconds since 1970.
    package let from: Int64
    package let to: Int64
    package let filter: String?
    /// Deliveries a second.
    package let rate: Int64
    package let createdAt: Int64
    package var status = Status.running
    package var endedAt: Int64?
    /// Why it failed.
    package var detail: String?

    package init(
        id: String, tenant: String, endpoint: String, source: Source, from: Int64, to: Int64, filter: String?,
        rate: Int64, createdAt: Int64
    ) {
        self.id = id
        self.tenant = tenant
        self.endpoint = endpoint
        self.source = source
        self.from = from
        self.to = to
        self.filter = filter
        self.rate = rate
        self.createdAt = createdAt
    }

    // MARK: As a record

    package static let all = "all"
    package static let running = "running"
    package static func list(ofTenant id: String) -> String { "tenant:" + id }
    package static func running(ofTenant id: String) -> String { "running:" + id }

    package var uniqueNames: [RecordName] { [] }
    package var lists: [String] {
        [Self.all, Self.list(ofTenant: tenant)]
            + (status == .running ? [Self.running, Self.running(ofTenant: tenant)] : [])
    }

    /// Also what the API answers, together with the progress.
    package var document: JSONValue {
        [
            "id": .string(id), "tenant_id": .string(tenant), "endpoint": .string(endpoint),
            "source": .string(source.rawValue), "from": Self.text(from), "to": Self.text(to),
            "filter": filter.map(JSONValue.string) ?? .null, "rate": .number(JSONNumber(rate)),
            "status": .string(status.rawValue), "detail": detail.map(JSONValue.string) ?? .null,
            "created_at": Self.text(createdAt), "ended_at": endedAt.map(Self.text) ?? .null,
        ]
    }

    package init?(document: JSONValue) {
        guard let id = document["id"]?.string, let tenant = document["tenant_id"]?.string,
            let endpoint = document["endpoint"]?.string,
            let source = document["source"]?.string.flatMap(Source.init),
            let from = Self.milliseconds(document["from"]), let to = Self.milliseconds(document["to"]),
            let rate = document["rate"]?.integer, let status = document["status"]?.string.flatMap(Status.init),
            let createdAt = Self.milliseconds(document["created_at"])
        else { return nil }
        self.init(
            id: id, tenant: tenant, endpoint: endpoint, source: source, from: from, to: to,
            filter: document["filter"]?.string, rate: rate, createdAt: createdAt)
        self.status = status
        endedAt = Self.milliseconds(document["ended_at"])
        detail = document["detail"]?.string
    }

    private static func text(_ milliseconds: Int64) -> JSONValue {
        .string((Timestamp(milliseconds: milliseconds) ?? .epoch).description)
    }

    private static func milliseconds(_ value: JSONValue?) -> Int64? {
        guard let text = value?.string else { return nil }
        return Timestamp(rfc3339: text.utf8.span)?.milliseconds
    }
}
