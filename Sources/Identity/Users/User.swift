// A person who signs in.

package import Codec
package import Records
package import Telemetry

package struct User: Storable, Equatable {
    package static let kind = "user"

    package enum Status: String, CaseIterable, Sendable {
        case active, suspended
    }

    package let id: String
    package let username: String
    package var role: Role
    /// nil: a user of the whole platform.
    package var tenant: String?
    package var status: Status
    package private(set) var passwordHash: Masked<String>
    /// The password was given by somebody else, and opens nothing but its own change.
    package private(set) var mustChangePassword: Bool
    /// Sessions of an earlier generation are void: it counts the passwords.
    package private(set) var generation: Int64
    /// Milliseconds since 1970.
    package let createdAt: Int64
    package var updatedAt: Int64

    package init(
        id: String, username: String, role: Role, tenant: String?, passwordHash: String, mustChangePassword: Bool,
        createdAt: Int64
    ) {
        self.id = id
        self.username = username
        self.role = role
        self.tenant = tenant
        status = .active
        self.passwordHash = Masked(passwordHash)
        self.mustChangePassword = mustChangePassword
        generation = 1
        self.createdAt = createdAt
        updatedAt = createdAt
    }

    /// Ends all sessions, too: whoever knew the old password may be in.
    package mutating func setPassword(hash: String, mustChange: Bool) {
        passwordHash = Masked(hash)
        mustChangePassword = mustChange
        generation += 1
    }

    /// In a session of this user.
    package func principal(session: String) -> Principal {
        Principal(
            kind: .user, id: id, name: username, role: role, tenant: tenant, mustChangePassword: mustChangePassword,
            session: session)
    }

    // MARK: As a record

    package static let all = "all"
    /// Weir looks at its start whether there is one.
    package static let administrators = "administrators"
    package static func list(ofTenant tenant: String) -> String { "tenant:" + tenant }
    static func name(_ username: String) -> RecordName { RecordName("username", username) }

    package var uniqueNames: [RecordName] { [Self.name(username)] }

    package var lists: [String] {
        var lists = [Self.all]
        if let tenant { lists.append(Self.list(ofTenant: tenant)) }
        if role == .platformAdmin, status == .active { lists.append(Self.administrators) }
        return lists
    }

    package var document: JSONValue {
        [
            "id": .string(id), "username": .string(username), "role": .string(role.rawValue),
            "tenant_id": tenant.map(JSONValue.string) ?? .null, "status": .string(status.rawValue),
            "password_hash": .string(passwordHash.revealed), "must_change_password": .bool(mustChangePassword),
            "generation": .number(JSONNumber(generation)), "created_at": .number(JSONNumber(createdAt)),
            "updated_at": .number(JSONNumber(updatedAt)),
        ]
    }

    package init?(document: JSONValue) {
        guard let id = document["id"]?.string, let username = document["username"]?.string,
            let role = document["role"]?.string.flatMap(Role.init),
            let status = document["status"]?.string.flatMap(Status.init),
            let passwordHash = document["password_hash"]?.string,
            let mustChangePassword = document["must_change_password"]?.bool,
            let generation = document["generation"]?.integer, let createdAt = document["created_at"]?.integer,
            let updatedAt = document["updated_at"]?.integer
        else { return nil }
        self.id = id
        self.username = username
        self.role = role
        tenant = document["tenant_id"]?.string
        self.status = status
        self.passwordHash = Masked(passwordHash)
        self.mustChangePassword = mustChangePassword
        self.generation = generation
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// What the audit log keeps of it.
    var audited: JSONValue {
        [
            "username": .string(username), "role": .string(role.rawValue),
            "tenant_id": tenant.map(JSONValue.string) ?? .null, "status": .string(status.rawValue),
            // The log masks it and shows that it changed.
            "password": .string(passwordHash.revealed),
        ]
    }
}

package enum Username {
    package static let byteCounts = 1...64
    /// As a regular expression, for the documentation.
    package static let pattern = "^[a-z0-9][a-z0-9._@+-]{0,63}$"

    /// Lower-case, so that no two names differ by case alone.
    package static func isValid(_ name: String) -> Bool {
        guard byteCounts.contains(name.utf8.count) else { return false }
        return name.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: "-"):
                index > 0
            default: false
            }
        }
    }
}
