// Signing in, staying in, being put out.

import Audit
import Crypto
import Identity
import Loop
import Records
import Redis
import TestSupport
import Testing

@Suite struct SignInTests {
    private func fault<Value>(_ step: () async throws(IdentityFault) -> Value) async -> IdentityFault? {
        do throws(IdentityFault) {
            _ = try await step()
            return nil
        } catch {
            return error
        }
    }

    @Test("who signs in is known by the access token, with role and tenant as they stand in the record")
    func login() async throws {
        try await World.run { world in
            let tenant = "0190b6a0-0000-7000-8000-000000000001"
            let pair = try await world.user("ann", .tenantAdmin, tenant: tenant)
            let principal = try await world.authenticate("Bearer \(pair.access)").get()
            #expect(principal.name == "ann" && principal.role == .tenantAdmin && principal.tenant == tenant)
            #expect(!principal.mustChangePassword && principal.session == pair.session)
            #expect(try await world.authenticate(nil) == .failure(.missing))
            #expect(try await world.authenticate("Basic YTpi") == .failure(.malformed))
            #expect(try await world.authenticate("Bearer \(pair.refresh)") == .failure(.badToken))
        }
    }

    @Test("a password given by somebody else opens nothing but its own change")
    func mustChange() async throws {
        try await World.run { world in
            _ = try await world.identity.users.create(
                username: "ann", password: "given by others", role: .platformAdmin, tenant: nil, by: nil, world.origin)
            let pair = try await world.identity.signIn.login(
                username: "ann", password: "given by others", from: nil, world.origin)
            let principal = try await world.authenticate("Bearer \(pair.access)").get()
            #expect(principal.may(.tenantsRead, in: nil) == .passwordChangeRequired)
            let same = await self.fault { () async throws(IdentityFault) in
                try await world.identity.signIn.changePassword(
                    of: principal, from: "given by others", to: "given by others", peer: nil, world.origin)
            }
            #expect(same == .samePassword)
            let changed = try await world.identity.signIn.changePassword(
                of: principal, from: "given by others", to: "my own secret", peer: nil, world.origin)
            let free = try await world.authenticate("Bearer \(changed.access)").get()
            #expect(free.may(.tenantsRead, in: nil) == .granted)
            #expect(try await world.authenticate("Bearer \(pair.access)") == .failure(.endedSession), "the old session")
        }
    }

    @Test("a wrong password and an unknown name get the same answer, and both are in the audit log")
    func noEnumeration() async throws {
        try await World.run { world in
            try await world.user("ann", .viewer)
            for name in ["ann", "nobody", "", String(repeating: "x", count: 5000), "ann\u{0}", "' OR 1=1"] {
                let fault = await self.fault { () async throws(IdentityFault) in
                    try await world.identity.signIn.login(
                        username: name, password: "wrong wrong wrong", from: nil, Origin(.anonymous(claiming: name)))
                }
                #expect(fault == .badCredentials, "\(name.prefix(20))")
            }
            let length = try await world.redis.send(RedisCommand("XLEN", AuditKeys.stream)).integer ?? 0
            #expect(length >= 6)
        }
    }

    @Test("a refresh token is good once; who shows it again ends the session for everybody")
    func rotation() async throws {
        try await World.run { world in
            let first = try await world.user("ann", .viewer)
            let second = try await world.identity.signIn.refresh(first.refresh, world.origin)
            let third = try await world.identity.signIn.refresh(second.refresh, world.origin)
            #expect(try await world.authenticate("Bearer \(third.access)").get().name == "ann")
            for _ in 0..<2 {
                let fault = await self.fault { () async throws(IdentityFault) in
                    try await world.identity.signIn.refresh(first.refresh, world.origin)
                }
                #expect(fault == .reusedRefreshToken || fault == .badRefreshToken)
            }
            let late = await self.fault { () async throws(IdentityFault) in
                try await world.identity.signIn.refresh(third.refresh, world.origin)
            }
            #expect(late == .badRefreshToken, "the thief's and the owner's alike")
            #expect(try await self.becomes(.failure(.endedSession), "Bearer \(third.access)", world))
        }
    }

    @Test("of many who use one refresh token at once, at most one gets through, and the session ends")
    func race() async throws {
        try await World.run { world in
            let pair = try await world.user("ann", .viewer)
            var faults: [IdentityFault?] = []
            let tasks = (0..<8).map { _ in
                world.loop.spawn {
                    faults.append(
                        await self.fault { () async throws(IdentityFault) in
                            try await world.identity.signIn.refresh(pair.refresh, world.origin)
                        })
                }
            }
            for task in tasks { await task.value }
            #expect(faults.count { $0 == nil } <= 1)
            #expect(faults.contains { $0 == .reusedRefreshToken })
            #expect(try await self.becomes(.failure(.endedSession), "Bearer \(pair.access)", world))
        }
    }

    @Test("a made-up refresh token ends no session, although its id is known to all who saw an access token")
    func madeUp() async throws {
        try await World.run { world in
            let pair = try await world.user("ann", .viewer)
            let parts = pair.refresh.split(separator: ".").map(String.init)
            let zeros = String(repeating: "A", count: 22)
            for text in [
                "", ".", "a.b.c", "\(parts[0]).\(zeros).\(parts[2])", "\(parts[0]).\(parts[1])",
                "\(pair.session).\(parts[1]).", pair.refresh + "A", pair.access,
            ] {
                let fault = await self.fault { () async throws(IdentityFault) in
                    try await world.identity.signIn.refresh(text, world.origin)
                }
                #expect(fault == .badRefreshToken, "\(text)")
            }
            _ = try await world.identity.signIn.refresh(pair.refresh, world.origin)
        }
    }

    @Test("signing out, suspension, another role and a reset password hold at once, in every process")
    func revocation() async throws {
        try await World.run { world in
            let admin = try await world.user("root", .platformAdmin).user.principal(session: "s")
            let pair = try await world.user("ann", .operator)
            #expect(try await world.authenticate("Bearer \(pair.access)").get().role == .operator)

            var stored = try await world.identity.users.store.get(pair.user.id)
            var change = UserDirectory.Change()
            change.role = .viewer
            _ = try await world.identity.users.change(stored, change, by: admin, world.origin)
            #expect(try await self.becomes("Bearer \(pair.access)", world) { try? $0.get().role == .viewer } == true)

            stored = try await world.identity.users.store.get(pair.user.id)
            change = UserDirectory.Change()
            change.status = .suspended
            stored = try await world.identity.users.change(stored, change, by: admin, world.origin)
            #expect(try await self.becomes(.failure(.suspended), "Bearer \(pair.access)", world))
            let refused = await self.fault { () async throws(IdentityFault) in
                try await world.identity.signIn.login(
                    username: "ann", password: "a good password", from: nil, world.origin)
            }
            #expect(refused == .suspended)
            let refreshed = await self.fault { () async throws(IdentityFault) in
                try await world.identity.signIn.refresh(pair.refresh, world.origin)
            }
            #expect(refreshed == .badRefreshToken, "nor by a refresh token")

            let password = try await world.identity.users.reset("ann", world.origin)
            #expect(try await self.becomes(.failure(.endedSession), "Bearer \(pair.access)", world))
            let again = try await world.identity.signIn.login(
                username: "ann", password: password, from: nil, world.origin)
            #expect(again.user.mustChangePassword)
            let principal = try await world.authenticate("Bearer \(again.access)").get()
            try await world.identity.signIn.logout(principal, world.origin)
            #expect(try await self.becomes(.failure(.endedSession), "Bearer \(again.access)", world))
        }
    }

    @Test("guesses at a user are slowed down, right ones too, and forgiven after a right one")
    func throttle() async throws {
        try await World.run { world in
            try await world.user("ann", .viewer)
            func login(_ password: String, _ peer: String = "10.0.0.1:1") async -> IdentityFault? {
                await self.fault { () async throws(IdentityFault) in
                    try await world.identity.signIn.login(
                        username: "ann", password: password, from: SocketAddress(peer), world.origin)
                }
            }
            for _ in 0..<5 { #expect(await login("wrong") == .badCredentials) }
            // The first wait is a second, and on a busy machine a check of a password may be longer.
            var slowed: IdentityFault?
            for _ in 0..<8 {
                slowed = await login("wrong", "10.0.0.2:1")
                if slowed != .badCredentials { break }
            }
            guard case .slowDown(let seconds) = slowed else {
                Issue.record("not slowed down: \(slowed.map { "\($0)" } ?? "let in")")
                return
            }
            #expect((1...60).contains(seconds))
            var fault = slowed
            let deadline = world.loop.now + .seconds(90)
            while fault != nil, world.loop.now < deadline {
                await world.loop.sleep(until: world.loop.now + .milliseconds(50))
                fault = await login("a good password")
            }
            #expect(fault == nil)
            #expect(await login("wrong") == .badCredentials, "counting begins anew")
        }
    }

    @Test("guesses of one address at many users are slowed down")
    func throttleByAddress() async throws {
        try await World.run { world in
            var faults: [IdentityFault?] = []
            for number in 0..<40 {
                faults.append(
                    await self.fault { () async throws(IdentityFault) in
                        try await world.identity.signIn.login(
                            username: "user\(number)", password: "wrong",
                            from: SocketAddress("[2001:db8::\(number)]:1"),
                            world.origin)
                    })
            }
            #expect(faults.prefix(30).allSatisfy { $0 == .badCredentials })
            #expect(faults.suffix(5).allSatisfy { if case .slowDown? = $0 { true } else { false } })
        }
    }

    @Test("strangers who guess do not keep a user out who has been at that address before")
    func knownAddress() async throws {
        try await World.run { world in
            try await world.user("ann", .viewer)
            func login(_ password: String, _ peer: String) async -> IdentityFault? {
                await self.fault { () async throws(IdentityFault) in
                    try await world.identity.signIn.login(
                        username: "ann", password: password, from: SocketAddress(peer), world.origin)
                }
            }
            #expect(await login("a good password", "10.0.0.1:1") == nil)
            // As if they had guessed for hours.
            var sha256 = try SHA256()
            let key = try "weir:{records}:sign-in:user:" + sha256.digest("ann".utf8.span).description
            _ = try await world.redis.send(RedisCommand("HSET", key, "attempts", "99", "free_at", "9999999999999"))
            // Who comes from where nobody has signed in must wait, and the user need not.
            guard case .slowDown = await login("a good password", "10.0.0.99:1") else {
                Issue.record("the strangers were not slowed down")
                return
            }
            #expect(await login("a good password", "10.0.0.1:2") == nil)
            // That is no licence to guess there.
            var slowed = false
            for _ in 0..<12 where !slowed {
                if case .slowDown? = await login("wrong", "10.0.0.1:1") { slowed = true }
            }
            #expect(slowed)
            // Nor does it forgive the strangers.
            guard case .slowDown = await login("a good password", "10.0.0.99:1") else {
                Issue.record("the strangers were forgiven")
                return
            }
        }
    }

    @Test("the last administrator stays, and nobody changes those above")
    func rules() async throws {
        try await World.run { world in
            let users = world.identity.users
            let root = try await world.user("root", .platformAdmin).user
            let principal = root.principal(session: "s")
            let tenant = "0190b6a0-0000-7000-8000-000000000001"
            let chief = try await world.user("chief", .tenantAdmin, tenant: tenant).user.principal(session: "s")
            let stored = try await users.store.get(root.id)
            let key = Principal(kind: .key, id: "k", name: "k", role: .platformAdmin, tenant: nil)
            let last = await self.fault { () async throws(IdentityFault) in
                try await users.delete(stored, by: key, world.origin)
            }
            #expect(last == .lastAdministrator)
            let own = await self.fault { () async throws(IdentityFault) in
                try await users.delete(stored, by: principal, world.origin)
            }
            #expect(own == .oneself)
            let above = await self.fault { () async throws(IdentityFault) in
                try await users.delete(stored, by: chief, world.origin)
            }
            #expect(above == .roleTooHigh(.platformAdmin))
            let made = await self.fault { () async throws(IdentityFault) in
                try await users.create(
                    username: "x", password: "long enough", role: .platformAdmin, tenant: nil, by: chief, world.origin)
            }
            #expect(made == .roleTooHigh(.platformAdmin))
            let misfit = await self.fault { () async throws(IdentityFault) in
                try await users.create(
                    username: "x", password: "long enough", role: .tenantAdmin, tenant: nil, by: principal, world.origin
                )
            }
            #expect(misfit == .roleDoesNotFit(.tenantAdmin))
        }
    }

    @Test("the first start makes one administrator, however many processes start")
    func firstStart() async throws {
        try await World.run { world in
            let made = try await world.identity.prepare()
            let password = try #require(made?.password)
            #expect(try await world.identity.prepare() == nil)
            let pair = try await world.identity.signIn.login(
                username: "admin", password: password, from: nil, world.origin)
            #expect(pair.user.role == .platformAdmin && pair.user.mustChangePassword)
        }
    }

    @Test("sessions that ended by themselves are removed")
    func sweep() async throws {
        try await World.run { world in
            let pair = try await world.user("ann", .viewer)
            #expect(try await world.identity.signIn.sweep() == 0)
            #expect(try await world.authenticate("Bearer \(pair.access)").get().name == "ann")
        }
    }

    @Test("a rotated signing key signs after its announcement; at once, it ends what is out")
    func signingKeys() async throws {
        try await World.run { world in
            let pair = try await world.user("ann", .viewer)
            let keys = world.identity.signingKeys
            let before = keys.mint.keyIDs
            _ = try await keys.rotate(atOnce: false, .system("test"))
            #expect(keys.mint.keyIDs.count == 2 && keys.mint.keyIDs.contains(before[0]))
            #expect(try await world.authenticate("Bearer \(pair.access)").get().name == "ann")
            let next = try await world.identity.signIn.refresh(pair.refresh, world.origin)
            _ = try await keys.rotate(atOnce: true, .system("test"))
            #expect(keys.mint.keyIDs.count == 1)
            #expect(try await world.authenticate("Bearer \(next.access)") == .failure(.badToken))
            let fresh = try await world.identity.signIn.refresh(next.refresh, world.origin)
            #expect(try await world.authenticate("Bearer \(fresh.access)").get().name == "ann")
        }
    }

    // MARK: Waiting

    private func becomes(
        _ expected: Result<Principal, AuthenticationFault>, _ authorization: String, _ world: World
    ) async throws -> Bool {
        try await becomes(authorization, world) { $0 == expected } == true
    }

    /// Caches learn of a change by a notice, which takes its moment.
    private func becomes(
        _ authorization: String, _ world: World, _ holds: (Result<Principal, AuthenticationFault>) -> Bool?
    ) async throws -> Bool? {
        try await eventually(on: world.loop) { holds(try await world.authenticate(authorization)) == true }
    }
}
