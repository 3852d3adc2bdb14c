// Signing in, going on and signing out; and the change of one's own password, which needs the old one.

package import Audit
import Codec
package import Crypto
package import Loop
package import Records
import Redis
import Telemetry

/// What a client gets: it shows the one with each request, and the other when that has expired.
package struct TokenPair: Sendable {
    package let access: String
    package let refresh: String
    package let user: User
    package let session: String
}

/// Belongs to one loop.
package final class SignIn {
    private let users: UserDirectory
    private let sessions: RecordStore<Session>
    private let keys: SigningKeys
    private let passwords: Passwords
    private let throttle: SignInThrottle
    private let audit: AuditLog
    private let loop: EventLoop
    private let metrics: IdentityMetrics
    private var random: RandomSource

    package init(
        users: UserDirectory, sessions: RecordStore<Session>, keys: SigningKeys, passwords: Passwords,
        throttle: SignInThrottle, audit: AuditLog, loop: EventLoop, metrics: IdentityMetrics,
        random: RandomSource
    ) {
        self.users = users
        self.sessions = sessions
        self.keys = keys
        self.passwords = passwords
        self.throttle = throttle
        self.audit = audit
        self.loop = loop
        self.metrics = metrics
        self.random = random
    }

    package func login(
        username: String, password: String, from peer: SocketAddress?, _ origin: Origin
    ) async throws(IdentityFault) -> TokenPair {
        let user: User
        do throws(IdentityFault) {
            user = try await check(username: username, password: password, from: peer)
            guard user.status == .active else { throw .suspended }
            metrics.signIns[.allowed].increment()
        } catch {
            metrics.signIns[.init(error)].increment()
            try await refused("session.create", error, origin)
            throw error
        }
        return try await begin(user, "session.create", origin)
    }

    /// Ends the session of the principal; its tokens are worth nothing from then on.
    package func logout(_ principal: Principal, _ origin: Origin) async throws(IdentityFault) {
        guard let session = principal.session else { return }
        try await end(session, "session.delete", principal.tenant, origin)
    }

    package func refresh(_ text: String, _ origin: Origin) async throws(IdentityFault) -> TokenPair {
        guard let token = RefreshToken(text), let stored = try await found(token.session),
            stored.value.expiresAt > loop.wallMilliseconds,
            equal(try hashing { () throws(CryptoError) in try token.familyHash() }, stored.value.familyHash)
        else { throw .badRefreshToken }
        guard equal(try hashing { () throws(CryptoError) in try token.secretHash() }, stored.value.secretHash) else {
            try await reused(stored.value, origin)
            throw .reusedRefreshToken
        }
        guard let user = try await self.user(of: stored.value) else { throw .badRefreshToken }
        let next = RefreshToken(session: token.session, family: token.family, using: &random)
        var session = stored.value
        do throws(CryptoError) {
            try session.renew(next, at: loop.wallMilliseconds)
        } catch {
            throw .crypto("\(error)")
        }
        do throws(StoreFault) {
            try await sessions.replace(session, ifVersion: stored.version, nil)
        } catch .versionMismatch {
            // Two came with the same token at once.
            try await reused(session, origin)
            throw .reusedRefreshToken
        } catch .notFound {
            throw .badRefreshToken
        } catch {
            throw .store(error)
        }
        return TokenPair(access: try issue(session), refresh: next.text, user: user, session: session.id)
    }

    /// Ends all sessions of the user and begins a new one.
    package func changePassword(
        of principal: Principal, from old: String, to new: String, peer: SocketAddress?, _ origin: Origin
    ) async throws(IdentityFault) -> TokenPair {
        if let fault = Passwords.check(new, username: principal.name) { throw .weakPassword(fault) }
        let user: User
        do throws(IdentityFault) {
            user = try await check(username: principal.name, password: old, from: peer)
            guard user.id == principal.id else { throw .badCredentials }
        } catch {
            try await refused("user.password", error, origin)
            throw error
        }
        guard new != old else { throw .samePassword }
        let hash = try await users.hash(new)
        // The version of after the check: whoever changed the user meanwhile wins.
        let stored = try await changing { () async throws(StoreFault) in try await users.store.get(user.id) }
        guard stored.value.generation == user.generation else { throw .badCredentials }
        var changed = stored.value
        changed.setPassword(hash: hash, mustChange: false)
        let result = try await users.replace(
            stored, with: changed, "user.password", origin)
        return try await begin(result.value, "session.create", origin)
    }

    /// Removes sessions that ended by themselves.
    /// - Returns: how many.
    package func sweep() async throws(IdentityFault) -> Int {
        var count = 0
        while true {
            let page = try await changing { () async throws(StoreFault) in
                try await sessions.page(Session.list, page: 1, size: 100)
            }
            // One that cannot be read lets nobody in.
            for id in page.damaged {
                do throws(StoreFault) { try await sessions.delete(id, ifVersion: nil, nil) } catch {
                    if error != .notFound { throw .store(error) }
                }
            }
            let ended = page.records.filter { $0.value.expiresAt <= loop.wallMilliseconds }
            for stored in ended {
                do throws(StoreFault) {
                    try await sessions.delete(stored.value.id, ifVersion: stored.version, nil)
                    count += 1
                } catch .notFound {
                    continue
                } catch .versionMismatch {
                    continue
                } catch {
                    throw .store(error)
                }
            }
            if ended.count < page.records.count || page.records.isEmpty { return count }
        }
    }

    // MARK: Steps

    /// The user of that name and password. That there is no such user looks the same and takes as long.
    private func check(
        username: String, password: String, from peer: SocketAddress?
    ) async throws(IdentityFault) -> User {
        let wait = try await reaching { () async throws(RedisError) in
            try await throttle.begin(username, from: peer)
        }
        guard wait == 0 else { throw .slowDown(seconds: (wait + 999) / 1000) }
        var user: User?
        do throws(StoreFault) {
            user = try await users.store.get(named: User.name(username)).value
        } catch .notFound {
            user = nil
        } catch {
            throw .store(error)
        }
        guard let isRight = await passwords.verify(password, against: user?.passwordHash.revealed) else {
            throw .busy
        }
        guard isRight, let user else { throw .badCredentials }
        try await reaching { () async throws(RedisError) in try await throttle.succeeded(username, from: peer) }
        return user
    }

    private func begin(_ user: User, _ action: String, _ origin: Origin) async throws(IdentityFault) -> TokenPair {
        let now = loop.wallMilliseconds
        let token = RefreshToken(session: RecordID.make(at: now, using: &random), using: &random)
        let session: Session
        do throws(CryptoError) {
            session = try Session(id: token.session, user: user.id, generation: user.generation, token: token, at: now)
        } catch {
            throw .crypto("\(error)")
        }
        let access = try issue(session)
        let known = Origin(
            AuditActor(.user, id: user.id, name: user.username), address: origin.address, requestID: origin.requestID)
        _ = try await changing { () async throws(StoreFault) in
            try await sessions.create(
                session, known.entry(action, on: AuditObject(Session.kind, session.id), tenant: user.tenant))
        }
        return TokenPair(access: access, refresh: token.text, user: user, session: session.id)
    }

    private func issue(_ session: Session) throws(IdentityFault) -> String {
        let token = AccessToken(
            subject: session.user, session: session.id, issuedAt: loop.wallMilliseconds / 1000)
        do throws(CryptoError) {
            if let text = try keys.mint.issue(token) { return text }
        } catch {
            throw .crypto("\(error)")
        }
        throw .store(.unavailable(.unavailable("the signing keys have not been read yet")))
    }

    /// The user whose session it is, as long as it counts.
    private func user(of session: Session) async throws(IdentityFault) -> User? {
        do throws(StoreFault) {
            let user = try await users.store.get(session.user).value
            return user.status == .active && user.generation == session.generation ? user : nil
        } catch .notFound {
            return nil
        } catch {
            throw .store(error)
        }
    }

    private func found(_ session: String) async throws(IdentityFault) -> Stored<Session>? {
        do throws(StoreFault) {
            return try await sessions.get(session)
        } catch .notFound {
            return nil
        } catch {
            throw .store(error)
        }
    }

    private func reused(_ session: Session, _ origin: Origin) async throws(IdentityFault) {
        metrics.reuses.increment()
        try await end(
            session.id, "session.delete", nil, origin, outcome: .denied, code: "refresh_token_reused")
    }

    private func end(
        _ session: String, _ action: String, _ tenant: String?, _ origin: Origin, outcome: AuditOutcome = .allowed,
        code: String? = nil
    ) async throws(IdentityFault) {
        do throws(StoreFault) {
            try await sessions.delete(
                session, ifVersion: nil,
                origin.entry(
                    action, on: AuditObject(Session.kind, session), tenant: tenant, outcome: outcome, code: code))
        } catch .notFound {
            return
        } catch {
            throw .store(error)
        }
    }

    /// Attempts that had to wait are not in the log: whoever makes them would fill it, and metrics count them.
    private func refused(_ action: String, _ fault: IdentityFault, _ origin: Origin) async throws(IdentityFault) {
        let code: String
        switch fault {
        case .badCredentials: code = "invalid_credentials"
        case .suspended: code = "user_suspended"
        default: return
        }
        try await reaching { () async throws(RedisError) in
            try await audit.append(
                origin.entry(action, on: nil, tenant: nil, outcome: .denied, code: code))
        }
    }

    private func equal(_ left: String, _ right: String) -> Bool { constantTimeEqual(left.utf8.span, right.utf8.span) }

    private func hashing(_ hash: () throws(CryptoError) -> String) throws(IdentityFault) -> String {
        do throws(CryptoError) {
            return try hash()
        } catch {
            throw .crypto("\(error)")
        }
    }

    private func reaching<Value>(_ step: () async throws(RedisError) -> Value) async throws(IdentityFault) -> Value {
        do throws(RedisError) {
            return try await step()
        } catch {
            throw .store(.unavailable(error))
        }
    }
}
