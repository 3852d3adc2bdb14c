// A tenant as the API knows it: the record in Redis. What weir.conf says of a tenant (its sources and webhooks) is `Gateway.Tenant`;
// `code` is the name there.

package import Codec
import Events
import Gateway
package import Records

package enum TenantStatus: String, CaseIterable, Sendable {
    case active
    /// Its callbacks are kept and routed, it may send nothing.
    case suspended
    /// Gone from the API; its data are being erased.
    case deleted
}

package struct TenantRecord: Storable, Equatable {
    package static let kind = "tenant"

    package let id: String
    /// Unique, and never another.
    package let code: String
    package var name: String
    package var maxAccounts: Int64 = 10
    package var maxDailyMessages: Int64 = 10_000
    package var webhookURL: String?
    /// An object of the tenant's own; Weir keeps it and asks nothing of it.
    package var config: JSONValue = .object([])
    package var timezone = ZoneName.default
    package var status = TenantStatus.active
    /// Milliseconds since 1970.
    package let createdAt: Int64
    package var updatedAt: Int64

    package init(id: String, code: String, name: String, createdAt: Int64) {
        self.id = id
        self.code = code
        self.name = name
        self.createdAt = createdAt
        updatedAt = createdAt
    }

    // MARK: As a record

    package static let codeField = "tenant_code"
    /// What the API lists.
    package static let all = "all"
    static let erasing = "erasing"
    package static func list(of status: TenantStatus) -> String { "status:" + status.rawValue }

    package var uniqueNames: [RecordName] { [RecordName(Self.codeField, code)] }
    package var lists: [String] { status == .deleted ? [Self.erasing] : [Self.all, Self.list(of: status)] }

    /// Also what the API answers.
    package var document: JSONValue {
        [
            "id": .string(id), "tenant_name": .string(name), Self.codeField: .string(code),
            "max_accounts": .number(JSONNumber(maxAccounts)),
            "max_daily_messages": .number(JSONNumber(maxDailyMessages)),
            "webhook_url": webhookURL.map(JSONValue.string) ?? .null, "config": config, "timezone": .string(timezone),
            "status": .string(status.rawValue), "created_at": Self.text(createdAt), "updated_at": Self.text(updatedAt),
        ]
    }

    package init?(document: JSONValue) {
        guard let id = document["id"]?.string, let name = document["tenant_name"]?.string,
            let code = document[Self.codeField]?.string, let maxAccounts = document["max_accounts"]?.integer,
            let maxDailyMessages = document["max_daily_messages"]?.integer, let config = document["config"],
            let timezone = document["timezone"]?.string,
            let status = document["status"]?.string.flatMap(TenantStatus.init),
            let createdAt = Self.milliseconds(document["created_at"]),
            let updatedAt = Self.milliseconds(document["updated_at"])
        else { return nil }
        self.init(id: id, code: code, name: name, createdAt: createdAt)
        self.maxAccounts = maxAccounts
        self.maxDailyMessages = maxDailyMessages
        webhookURL = document["webhook_url"]?.string
        self.config = config
        self.timezone = timezone
        self.status = status
        self.updatedAt = updatedAt
    }

    private static func text(_ milliseconds: Int64) -> JSONValue {
        .string((Timestamp(milliseconds: milliseconds) ?? .epoch).description)
    }

    private static func milliseconds(_ value: JSONValue?) -> Int64? {
        guard let text = value?.string else { return nil }
        return Timestamp(rfc3339: text.utf8.span)?.milliseconds
    }
}
