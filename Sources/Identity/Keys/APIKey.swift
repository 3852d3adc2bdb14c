// A machine's way in: an id, and a secret that signs its requests. The secret is kept sealed, since checking a signature needs it.

package import Codec
package import Records
import Vault

package struct APIKey: Storable, Equatable {
    package static let kind = "api-key"
    package static let sealedField = "secret"

    package let id: String
    package var name: String
    package let role: Role
    /// nil: a key of the whole platform.
    package let tenant: String?
    /// Narrow the role; nil: all that it may.
    package var scopes: PermissionSet?
    /// Milliseconds since 1970; nil: never.
    package var expiresAt: Int64?
    /// An envelope of the vault.
    package private(set) var sealed: String
    /// The username or the name of the key that made it.
    package let createdBy: String
    package let createdAt: Int64
    package var updatedAt: Int64

    package var principal: Principal {
        Principal(kind: .key, id: id, name: name, role: role, tenant: tenant, scopes: scopes)
    }

    // MARK: As a record

    package static let all = "all"
    package static func list(ofTenant tenant: String) -> String { "tenant:" + tenant }

    package var uniqueNames: [RecordName] { [] }
    package var lists: [String] { [Self.all] + (tenant.map { [Self.list(ofTenant: $0)] } ?? []) }

    package var document: JSONValue {
        guard case .object(let members) = audited else { return audited }
        return .object(
            members + [
                JSONValue.Member("id", .string(id)), JSONValue.Member(Self.sealedField, .string(sealed)),
                JSONValue.Member("created_by", .string(createdBy)),
                JSONValue.Member("created_at", .number(JSONNumber(createdAt))),
                JSONValue.Member("updated_at", .number(JSONNumber(updatedAt))),
            ])
    }

    /// What the audit log keeps of it.
    var audited: JSONValue {
        [
            "name": .string(name), "role": .string(role.rawValue),
            "tenant_id": tenant.map(JSONValue.string) ?? .null,
            "scopes": scopes.map { .array($0.elements.map { .string($0.rawValue) }) } ?? .null,
            "expires_at": expiresAt.map { .number(JSONNumber($0)) } ?? .null,
        ]
    }

    init(
        id: String, name: String, role: Role, tenant: String?, scopes: PermissionSet?, expiresAt: Int64?,
        sealed: String, createdBy: String, createdAt: Int64
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.tenant = tenant
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.sealed = sealed
        self.createdBy = createdBy
        self.createdAt = createdAt
        updatedAt = createdAt
    }

    package init?(document: JSONValue) {
        guard let id = document["id"]?.string, let name = document["name"]?.string,
            let role = document["role"]?.string.flatMap(Role.init), let sealed = document[Self.sealedField]?.string,
            let createdBy = document["created_by"]?.string, let createdAt = document["created_at"]?.integer,
            let updatedAt = document["updated_at"]?.integer
        else { return nil }
        // A permission that this version does not know is one less, never one more.
        let scopes = document["scopes"]?.array.map { names in
            PermissionSet(names.compactMap { $0.string.flatMap(Permission.init) })
        }
        self.init(
            id: id, name: name, role: role, tenant: document["tenant_id"]?.string, scopes: scopes,
            expiresAt: document["expires_at"]?.integer, sealed: sealed, createdBy: createdBy, createdAt: createdAt)
        self.updatedAt = updatedAt
    }
}

extension APIKey: Sealable {
    package static var sealedList: String { all }

    package func resealed(_ envelope: String) -> APIKey {
        var key = self
        key.sealed = envelope
        return key
    }
}
