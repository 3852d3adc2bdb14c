// A subscription as the API knows it: where a tenant wants which events, and how they are delivered there. The record in Redis; traffic
// loops have an `Endpoint` and a `Filter` that are made of it (`SubscriptionFollower.swift`).

package import Codec
package import Records
import Vault

package struct Subscription: Storable, Equatable {
    package static let kind = "subscription"
    package static let sealedField = "secrets"

    package enum Verification: String, CaseIterable, Sendable {
        /// Nobody asked for one.
        case none
        /// The receiver has to show first that it wants the events; until then it gets none.
        case pending
        case verified
    }

    package let id: String
    /// The tenant's id, and the code that its events bear. Neither ever changes.
    package let tenant: String
    package let tenantCode: String
    package internal(set) var settings: SubscriptionSettings
    package internal(set) var isEnabled = true
    /// Why it is not.
    package internal(set) var reason: String?
    package internal(set) var verification: Verification
    /// Their values are secrets.
    package internal(set) var headerNames: [String]
    /// An envelope of the vault: `SubscriptionSecrets`.
    package internal(set) var sealed: String
    /// The username or the name of the key that made it.
    package let createdBy: String
    /// Milliseconds since 1970.
    package let createdAt: Int64
    package internal(set) var updatedAt: Int64

    init(
        id: String, tenant: String, tenantCode: String, settings: SubscriptionSettings, verification: Verification,
        headerNames: [String], sealed: String, createdBy: String, createdAt: Int64
    ) {
        self.id = id
        self.tenant = tenant
        self.tenantCode = tenantCode
        self.settings = settings
        self.verification = verification
        self.headerNames = headerNames
        self.sealed = sealed
        self.createdBy = createdBy
        self.createdAt = createdAt
        updatedAt = createdAt
    }

    // MARK: As a record

    package static let all = "all"
    package static func list(ofTenant tenant: String) -> String { "tenant:" + tenant }

    package var uniqueNames: [RecordName] { [] }
    package var lists: [String] { [Self.all, Self.list(ofTenant: tenant)] }

    package var document: JSONValue {
        .object(
            (audited.object ?? []) + [
                .init("id", .string(id)), .init("tenant_id", .string(tenant)),
                .init("tenant_code", .string(tenantCode)), .init(Self.sealedField, .string(sealed)),
                .init("created_by", .string(createdBy)), .init("created_at", .number(JSONNumber(createdAt))),
                .init("updated_at", .number(JSONNumber(updatedAt))),
            ])
    }

    /// What the audit log keeps of it.
    var audited: JSONValue {
        .object(
            settings.members + [
                .init("header_names", .array(headerNames.map(JSONValue.string))), .init("enabled", .bool(isEnabled)),
                .init("reason", reason.map(JSONValue.string) ?? .null),
                .init("verification", .string(verification.rawValue)),
            ])
    }

    package init?(document: JSONValue) {
        guard let id = document["id"]?.string, let tenant = document["tenant_id"]?.string,
            let code = document["tenant_code"]?.string, let sealed = document[Self.sealedField]?.string,
            let isEnabled = document["enabled"]?.bool,
            let verification = document["verification"]?.string.flatMap(Verification.init),
            let headerNames = document["header_names"]?.array, let createdBy = document["created_by"]?.string,
            let createdAt = document["created_at"]?.integer, let updatedAt = document["updated_at"]?.integer
        else { return nil }
        self.init(
            id: id, tenant: tenant, tenantCode: code, settings: SubscriptionSettings(document),
            verification: verification, headerNames: headerNames.compactMap(\.string), sealed: sealed,
            createdBy: createdBy, createdAt: createdAt)
        self.isEnabled = isEnabled
        reason = document["reason"]?.string
        self.updatedAt = updatedAt
    }
}

extension Subscription: Sealable {
    package static var sealedList: String { all }

    package func resealed(_ envelope: String) -> Subscription {
        var subscription = self
        subscription.sealed = envelope
        return subscription
    }

    var place: SealedPlace { SealedPlace(kind: Self.kind, id: id, field: Self.sealedField) }
}
