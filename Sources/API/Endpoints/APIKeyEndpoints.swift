// The API keys of a tenant, or of the platform.

import Codec
import HTTP
import Identity
import Records

enum APIKeyEndpoints {
    static let all = [list, create, get, update, delete]

    private static let one = [Parameter.path("key_id", "The id of the key.")]

    private static let list = Endpoint(
        .get, "/api/v1/api-keys", "listAPIKeys", "List API keys", action: "api-key.list", scope: .query("tenant_id"),
        parameters: PageQuery.parameters + [
            .query("tenant_id", IdentityObjects.tenant, "Of this tenant; else of all that one may see.")
        ],
        answers: [.ok(.page("APIKeyPage", "api_keys", of: IdentityObjects.key), "A page of keys, the oldest first.")],
        .needs(.apiKeysRead) { (call, _) async throws(Problem) in
            let list = call.tenant.map(APIKey.list) ?? APIKey.all
            let page = try await storing { () async throws(StoreFault) in
                try await call.services.identity.apiKeys.store.page(list, page: call.page, size: call.size)
            }
            call.report(page.damaged, of: APIKey.kind)
            let uses = try await uses(of: page.records.map(\.value.id), call)
            let keys = zip(page.records, uses).map { IdentityObjects.json($0.value, lastUsedAt: $1) }
            return .page("api_keys", keys, total: page.total, of: call)
        })

    private static let create = Endpoint(
        .post, "/api/v1/api-keys", "createAPIKey", "Make an API key; its secret is shown this once",
        action: "api-key.create", scope: .body("tenant_id"),
        body: ObjectSchema(
            "APIKeyCreation", "A key to be made.",
            [
                .required("name", .text(.name, 1...100), "What it is for."),
                .required("role", IdentityObjects.role, "What it may do at most; not more than you."),
                .optional(
                    "scopes", IdentityObjects.scopes, "Permissions to narrow it to; null or absent: all of its role's.",
                    isNullable: true),
                .optional(
                    "tenant_id", IdentityObjects.tenant, "The tenant; null: the whole platform. Your own unless given.",
                    isNullable: true),
                .optional("expires_at", .time, "When it ends; null or absent: never.", isNullable: true),
            ]), answers: [.created(IdentityObjects.newKey, "Made.")], problems: [.roleTooHigh],
        .needs(.apiKeysManage) { (call, principal) async throws(Problem) in
            try await call.requireTenant()
            let (stored, secret) = try await identifying { () async throws(IdentityFault) in
                try await call.services.identity.apiKeys.create(
                    name: call.body["name"]?.string ?? "", role: IdentityObjects.role(call.body["role"]) ?? .viewer,
                    tenant: call.tenant, scopes: IdentityObjects.scopes(call.body["scopes"]),
                    expiresAt: IdentityObjects.milliseconds(call.body["expires_at"]), by: principal,
                    call.origin(principal))
            }
            let key = IdentityObjects.json(stored.value, lastUsedAt: nil)
            return .created(
                .object((key.object ?? []) + [.init("secret", .string(secret))]),
                at: "/api/v1/api-keys/\(stored.value.id)", version: stored.version)
        })

    private static let get = Endpoint(
        .get, "/api/v1/api-keys/{key_id}", "getAPIKey", "Show an API key, without its secret", action: "api-key.read",
        scope: .object, parameters: one, answers: [.ok(IdentityObjects.key, "The key.", hasVersion: true)],
        .needs(.apiKeysRead) { (call, principal) async throws(Problem) in
            let stored = try await found(call, principal)
            let use = try await uses(of: [stored.value.id], call)
            return .ok(IdentityObjects.json(stored.value, lastUsedAt: use.first ?? nil), version: stored.version)
        })

    private static let update = Endpoint(
        .patch, "/api/v1/api-keys/{key_id}", "updateAPIKey", "Change an API key's name, scopes or expiry",
        action: "api-key.update", scope: .object, parameters: one,
        body: ObjectSchema(
            "APIKeyUpdate", "What is to change.",
            [
                .optional("name", .text(.name, 1...100), "What it is for."),
                .optional("scopes", IdentityObjects.scopes, "null: all of its role's.", isNullable: true),
                .optional("expires_at", .time, "null: never.", isNullable: true),
            ]), answers: [.ok(IdentityObjects.key, "Changed.", hasVersion: true)], problems: [.roleTooHigh],
        .needs(.apiKeysManage) { (call, principal) async throws(Problem) in
            let stored = try await found(call, principal)
            try call.checkVersion(stored.version)
            var change = APIKeyDirectory.Change()
            change.name = call.body["name"]?.string
            if let scopes = call.body["scopes"] { change.scopes = .some(IdentityObjects.scopes(scopes)) }
            if let end = call.body["expires_at"] { change.expiresAt = .some(IdentityObjects.milliseconds(end)) }
            let changed = try await identifying { () async throws(IdentityFault) in
                try await call.services.identity.apiKeys.change(
                    stored, change, by: principal, call.origin(principal))
            }
            let use = try await uses(of: [stored.value.id], call)
            return .ok(IdentityObjects.json(changed.value, lastUsedAt: use.first ?? nil), version: changed.version)
        })

    private static let delete = Endpoint(
        .delete, "/api/v1/api-keys/{key_id}", "deleteAPIKey", "Revoke an API key, at once", action: "api-key.delete",
        scope: .object, parameters: one, answers: [.noContent("Revoked.")], problems: [.roleTooHigh],
        .needs(.apiKeysManage) { (call, principal) async throws(Problem) in
            let stored = try await found(call, principal)
            try call.checkVersion(stored.version)
            try await identifying { () async throws(IdentityFault) in
                try await call.services.identity.apiKeys.revoke(
                    stored, by: principal, call.origin(principal))
            }
            return .noContent
        })

    private static func found(_ call: APICall, _ principal: Principal) async throws(Problem) -> Stored<APIKey> {
        let stored = try await storing { () async throws(StoreFault) in
            try await call.services.identity.apiKeys.store.get(call["key_id"])
        }
        try await call.admit(principal, owner: stored.value.tenant)
        return stored
    }

    private static func uses(of ids: [String], _ call: APICall) async throws(Problem) -> [Int64?] {
        try await identifying { () async throws(IdentityFault) in
            try await call.services.identity.apiKeys.lastUses(of: ids)
        }
    }
}
