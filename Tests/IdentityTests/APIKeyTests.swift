// Requests signed by API keys.

import Codec
import Crypto
import Identity
import Loop
import Records
import TestSupport
import Testing

@Suite struct APIKeyTests {
    private struct Signer {
        let id: String
        let secret: String
        let world: World

        func field(
            _ method: String, _ path: String, _ query: String, _ body: String, nonce: String, ago: Int64 = 0
        ) throws -> String {
            var sha256 = try SHA256()
            let timestamp = world.loop.wallMilliseconds / 1000 - ago
            let (method, path, query) = (Array(method.utf8), Array(path.utf8), Array(query.utf8))
            let (time, word, body) = (Array("\(timestamp)".utf8), Array(nonce.utf8), Array(body.utf8))
            let signature = try CanonicalRequest(
                method: method.span, path: path.span, query: query.span, timestamp: time.span, nonce: word.span,
                body: body.span
            ).signature(key: secret.utf8.span, using: &sha256)
            return "Weir-HMAC-SHA256 key=\(id), timestamp=\(timestamp), nonce=\(nonce), signature=\(signature)"
        }
    }

    private func root(_ world: World) async throws -> Principal {
        try await world.user("root", .platformAdmin).user.principal(session: "s")
    }

    @Test("a signed request is its key's, once, and not when a part of it was changed")
    func signed() async throws {
        try await World.run { world in
            let root = try await self.root(world)
            let (key, secret) = try await world.identity.apiKeys.create(
                name: "crm", role: .operator, tenant: nil, scopes: [.usageRead], expiresAt: nil, by: root, world.origin)
            let signer = Signer(id: key.value.id, secret: secret, world: world)
            func send(
                _ field: String, _ method: String = "POST", _ target: String = "/api/v1/x?a=1&b=%20",
                _ body: String = "{}"
            ) async throws -> Result<Principal, AuthenticationFault> {
                try await world.authenticate(field, method: method, target: target, body: body)
            }
            let good = try signer.field("POST", "/api/v1/x", "a=1&b=%20", "{}", nonce: "nonce-01")
            #expect(try await send(good, "PUT") == .failure(.badSignature))
            #expect(try await send(good, "POST", "/api/v1/y?a=1&b=%20") == .failure(.badSignature))
            #expect(try await send(good, "POST", "/api/v1/x?a=1") == .failure(.badSignature))
            #expect(try await send(good, "POST", "/api/v1/x?a=1&b=%20", "{} ") == .failure(.badSignature))
            #expect(try await send(good.replacing("nonce-01", with: "nonce-02")) == .failure(.badSignature))
            let principal = try await send(good).get()
            #expect(principal.kind == .key && principal.name == "crm" && principal.permissions == [.usageRead])
            #expect(try await send(good) == .failure(.replayed))
            let uses = try await world.identity.apiKeys.lastUses(of: [key.value.id, "other"])
            #expect(uses[1] == nil)

            let old = try signer.field("POST", "/api/v1/x", "a=1&b=%20", "{}", nonce: "nonce-03", ago: 301)
            #expect(try await send(old) == .failure(.staleSignature))
            let early = try signer.field("POST", "/api/v1/x", "a=1&b=%20", "{}", nonce: "nonce-04", ago: -302)
            #expect(try await send(early) == .failure(.staleSignature))
            let other = Signer(id: key.value.id, secret: secret + "x", world: world)
            #expect(
                try await send(try other.field("POST", "/api/v1/x", "a=1&b=%20", "{}", nonce: "nonce-05"))
                    == .failure(.badSignature))
            for id in ["nobody", "0190b6a0-0000-7000-8000-000000000001"] {
                let unknown = Signer(id: id, secret: secret, world: world)
                #expect(
                    try await send(try unknown.field("POST", "/api/v1/x", "a=1&b=%20", "{}", nonce: "nonce-06"))
                        == .failure(.unknownKey))
            }
        }
    }

    @Test("an expired key and a revoked one are refused")
    func ended() async throws {
        try await World.run { world in
            let root = try await self.root(world)
            let keys = world.identity.apiKeys
            let (key, secret) = try await keys.create(
                name: "crm", role: .viewer, tenant: nil, scopes: nil,
                expiresAt: world.loop.wallMilliseconds + 1000, by: root, world.origin)
            let signer = Signer(id: key.value.id, secret: secret, world: world)
            var count = 0
            func send() async throws -> AuthenticationFault? {
                count += 1
                let field = try signer.field("GET", "/", "", "", nonce: "nonce-\(1000 + count)")
                if case .failure(let fault) = try await world.authenticate(field) { return fault }
                return nil
            }
            #expect(try await send() == nil)
            var fault: AuthenticationFault?
            func becomesOther(than before: AuthenticationFault?) async throws {
                _ = try await eventually(on: world.loop) {
                    fault = try await send()
                    return fault != before
                }
            }
            try await becomesOther(than: nil)
            #expect(fault == .expiredKey)
            try await keys.revoke(key, by: root, world.origin)
            try await becomesOther(than: .expiredKey)
            #expect(fault == .unknownKey)
        }
    }

    @Test("no key may do more than who makes it")
    func rules() async throws {
        try await World.run { world in
            let keys = world.identity.apiKeys
            let tenant = "0190b6a0-0000-7000-8000-000000000001"
            let chief = Principal(kind: .user, id: "c", name: "c", role: .tenantAdmin, tenant: tenant)
            let narrow = Principal(
                kind: .key, id: "k", name: "k", role: .tenantAdmin, tenant: tenant,
                scopes: [.apiKeysManage, .usersManage, .usageRead])
            func make(
                _ role: Role, _ tenant: String?, _ scopes: PermissionSet?, by principal: Principal,
                expiresAt: Int64? = nil
            ) async -> IdentityFault? {
                do throws(IdentityFault) {
                    _ = try await keys.create(
                        name: "n", role: role, tenant: tenant, scopes: scopes, expiresAt: expiresAt, by: principal,
                        world.origin)
                    return nil
                } catch {
                    return error
                }
            }
            #expect(await make(.operator, tenant, nil, by: chief) == nil)
            #expect(await make(.platformAdmin, nil, nil, by: chief) == .roleTooHigh(.platformAdmin))
            #expect(await make(.tenantAdmin, nil, nil, by: chief) == .roleDoesNotFit(.tenantAdmin))
            #expect(await make(.viewer, tenant, [.usersManage], by: chief) == .scopesTooWide([.usersManage]))
            #expect(await make(.viewer, tenant, [.usageRead], by: narrow) == nil)
            #expect(await make(.viewer, tenant, [.auditRead], by: narrow) == .scopesTooWide([.auditRead]))
            #expect(await make(.tenantAdmin, tenant, nil, by: narrow) != nil)
            #expect(await make(.viewer, tenant, nil, by: chief, expiresAt: 5) == .expiryInThePast)
        }
    }

    @Test("what stands in Redis shows no secret")
    func atRest() async throws {
        try await World.run { world in
            let root = try await self.root(world)
            let tenant = "0190b6a0-0000-7000-8000-000000000001"
            let (key, secret) = try await world.identity.apiKeys.create(
                name: "crm", role: .viewer, tenant: tenant, scopes: nil, expiresAt: nil, by: root, world.origin)
            let document = String(decoding: key.value.document.bytes, as: UTF8.self)
            #expect(!document.contains(secret) && document.contains("v1."))
        }
    }
}
