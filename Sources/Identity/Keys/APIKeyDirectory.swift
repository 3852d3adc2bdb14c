// The API keys: made, changed and revoked, and when each was last used.

package import Audit
import Codec
package import Crypto
package import Loop
package import Records
import Redis
package import Vault

/// Belongs to one loop.
package final class APIKeyDirectory {
    /// When keys were last used, in ms, by id. Beside the records: it changes often, and no cache needs to know.
    private static let uses = "weir:{records}:api-key-uses"
    /// No key's use is written down more often.
    private static let usePrecision: Int64 = 60_000

    package let store: RecordStore<APIKey>
    private let vault: Vault
    private let loop: EventLoop
    private var random: RandomSource
    private var noted: [String: Int64] = [:]

    package init(store: RecordStore<APIKey>, vault: Vault, loop: EventLoop, random: RandomSource) {
        self.store = store
        self.vault = vault
        self.loop = loop
        self.random = random
    }

    /// What a change sets; nil: as it is.
    package struct Change: Sendable {
        package var name: String?
        package var scopes: PermissionSet??
        package var expiresAt: Int64??

        package init() {}
    }

    // MARK: Changes

    /// - Returns: the key, and its secret, which nobody sees again.
    package func create(
        name: String, role: Role, tenant: String?, scopes: PermissionSet?, expiresAt: Int64?,
        by principal: Principal, _ origin: Origin
    ) async throws(IdentityFault) -> (key: Stored<APIKey>, secret: String) {
        guard role.fits(tenant: tenant) else { throw .roleDoesNotFit(role) }
        try check(role: role, scopes: scopes, by: principal)
        let now = loop.wallMilliseconds
        if let expiresAt, expiresAt <= now { throw .expiryInThePast }
        let id = RecordID.make(at: now, using: &random)
        var secret: [UInt8] = []
        Base64.encode(random.bytes(count: 32).span, appendingTo: &secret, options: [.urlSafe, .unpadded])
        let sealed: String
        do throws(CryptoError) {
            sealed = try vault.seal(secret.span, at: Self.place(id))
        } catch {
            throw .crypto("\(error)")
        }
        let key = APIKey(
            id: id, name: name, role: role, tenant: tenant, scopes: scopes, expiresAt: expiresAt, sealed: sealed,
            createdBy: principal.name, createdAt: now)
        let stored = try await changing { () async throws(StoreFault) in
            try await store.create(
                key,
                origin.entry("api-key.create", on: AuditObject(APIKey.kind, id), tenant: tenant, after: key.audited))
        }
        return (stored, String(decoding: secret, as: UTF8.self))
    }

    package func change(
        _ stored: Stored<APIKey>, _ change: Change, by principal: Principal,
        _ origin: Origin
    ) async throws(IdentityFault) -> Stored<APIKey> {
        var key = stored.value
        try mayTouch(key, principal)
        if let name = change.name { key.name = name }
        if let scopes = change.scopes { key.scopes = scopes }
        if let expiresAt = change.expiresAt {
            if let expiresAt, expiresAt <= loop.wallMilliseconds { throw .expiryInThePast }
            key.expiresAt = expiresAt
        }
        try check(role: key.role, scopes: key.scopes, by: principal)
        key.updatedAt = loop.wallMilliseconds
        return try await changing { [key] () async throws(StoreFault) in
            try await store.replace(
                key, ifVersion: stored.version,
                origin.entry(
                    "api-key.update", on: AuditObject(APIKey.kind, key.id), tenant: key.tenant,
                    before: stored.value.audited, after: key.audited))
        }
    }

    package func revoke(
        _ stored: Stored<APIKey>, by principal: Principal, _ origin: Origin
    ) async throws(IdentityFault) {
        let key = stored.value
        try mayTouch(key, principal)
        try await changing { () async throws(StoreFault) in
            try await store.delete(
                key.id, ifVersion: stored.version,
                origin.entry(
                    "api-key.delete", on: AuditObject(APIKey.kind, key.id), tenant: key.tenant, before: key.audited))
        }
        noted[key.id] = nil
        // What a key leaves when this fails is a number that nobody asks for.
        _ = try? await store.redis.send(RedisCommand("HDEL", Self.uses, key.id))
    }

    /// Nobody changes or revokes a key that can do more.
    private func mayTouch(_ key: APIKey, _ principal: Principal) throws(IdentityFault) {
        guard principal.role.mayAppoint(key.role), principal.permissions.isSuperset(of: key.principal.permissions)
        else { throw .roleTooHigh(key.role) }
    }

    /// A key may not do what its maker may not: neither by role nor, if the maker is a key itself, by scope.
    private func check(role: Role, scopes: PermissionSet?, by principal: Principal) throws(IdentityFault) {
        guard principal.role.mayAppoint(role) else { throw .roleTooHigh(role) }
        let asked = scopes ?? role.permissions
        let granted = role.permissions.intersection(principal.permissions)
        guard granted.isSuperset(of: asked) else {
            throw .scopesTooWide(asked.elements.filter { !granted.contains($0) })
        }
    }

    // MARK: Use

    func secret(of key: APIKey) throws(VaultFault) -> [UInt8] { try vault.open(key.sealed, at: Self.place(key.id)) }

    /// Notes that a key was used, without anybody waiting for it.
    func noteUse(of id: String) {
        let now = loop.wallMilliseconds
        guard now - (noted[id] ?? 0) >= Self.usePrecision else { return }
        if noted.count >= 10_000 { noted.removeAll() }
        noted[id] = now
        let redis = store.redis
        loop.spawn { _ = try? await redis.send(RedisCommand("HSET", Self.uses, id, String(now))) }
    }

    /// When each was last used, in ms since 1970, to the minute; in the order of the ids.
    package func lastUses(of ids: [String]) async throws(IdentityFault) -> [Int64?] {
        guard !ids.isEmpty else { return [] }
        var command = RedisCommand("HMGET", Self.uses)
        for id in ids { command.append(id) }
        do throws(RedisError) {
            guard let words = try await store.redis.send(command).array, words.count == ids.count else {
                throw .unexpectedReply(to: "HMGET")
            }
            return words.map { $0.text.flatMap { Int64($0) } }
        } catch {
            throw .store(.unavailable(error))
        }
    }

    private static func place(_ id: String) -> SealedPlace {
        SealedPlace(kind: APIKey.kind, id: id, field: APIKey.sealedField)
    }
}
