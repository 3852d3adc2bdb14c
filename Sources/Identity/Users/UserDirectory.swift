// The users: made, changed and removed, with the rules that hold whoever asks.

package import Audit
package import Crypto
package import Loop
package import Records

/// Belongs to one loop.
package final class UserDirectory {
    package let store: RecordStore<User>
    private let passwords: Passwords
    private let loop: EventLoop
    private var random: RandomSource

    package init(store: RecordStore<User>, passwords: Passwords, loop: EventLoop, random: RandomSource) {
        self.store = store
        self.passwords = passwords
        self.loop = loop
        self.random = random
    }

    /// What a change sets; nil: as it is.
    package struct Change: Sendable {
        package var role: Role?
        package var status: User.Status?
        /// A new password that must be changed at the next sign-in.
        package var password: String?

        package init() {}
    }

    // MARK: Changes

    /// - Parameter password: given by whoever makes the user, so it must be changed at the first sign-in.
    package func create(
        username: String, password: String, role: Role, tenant: String?, by principal: Principal?, _ origin: Origin
    ) async throws(IdentityFault) -> Stored<User> {
        guard Username.isValid(username) else { throw .badUsername }
        guard role.fits(tenant: tenant) else { throw .roleDoesNotFit(role) }
        if let principal, !principal.mayAppoint(role) { throw .roleTooHigh(role) }
        if let fault = Passwords.check(password, username: username) { throw .weakPassword(fault) }
        return try await create(username, hash: hash(password), role, tenant: tenant, origin)
    }

    private func create(
        _ username: String, hash: String, _ role: Role, tenant: String?, _ origin: Origin
    ) async throws(IdentityFault) -> Stored<User> {
        let user = User(
            id: RecordID.make(at: loop.wallMilliseconds, using: &random), username: username, role: role,
            tenant: tenant, passwordHash: hash, mustChangePassword: true, createdAt: loop.wallMilliseconds)
        return try await changing { () async throws(StoreFault) in
            try await store.create(
                user,
                origin.entry(
                    "user.create", on: AuditObject(User.kind, user.id), tenant: tenant, after: user.audited))
        }
    }

    package func change(
        _ stored: Stored<User>, _ change: Change, by principal: Principal,
        _ origin: Origin
    ) async throws(IdentityFault) -> Stored<User> {
        var user = stored.value
        try mayTouch(user, principal)
        if let role = change.role, role != user.role {
            guard role.fits(tenant: user.tenant) else { throw .roleDoesNotFit(role) }
            guard principal.mayAppoint(role) else { throw .roleTooHigh(role) }
            guard principal.id != user.id else { throw .oneself }
            user.role = role
        }
        if let status = change.status, status != user.status {
            guard principal.id != user.id else { throw .oneself }
            user.status = status
        }
        if let password = change.password {
            // One's own is changed with the old one (`SignIn.changePassword`), or a stolen token would be enough.
            guard principal.id != user.id else { throw .oneself }
            if let fault = Passwords.check(password, username: user.username) { throw .weakPassword(fault) }
            user.setPassword(hash: try await hash(password), mustChange: true)
        }
        try await keepOneAdministrator(stored.value, stays: user.lists.contains(User.administrators))
        return try await replace(stored, with: user, "user.update", origin)
    }

    package func delete(
        _ stored: Stored<User>, by principal: Principal, _ origin: Origin
    ) async throws(IdentityFault) {
        let user = stored.value
        try mayTouch(user, principal)
        guard principal.id != user.id else { throw .oneself }
        try await keepOneAdministrator(user, stays: false)
        try await changing { () async throws(StoreFault) in
            try await store.delete(
                user.id, ifVersion: stored.version,
                origin.entry(
                    "user.delete", on: AuditObject(User.kind, user.id), tenant: user.tenant, before: user.audited))
        }
    }

    /// A password of Weir's own making, for who has forgotten theirs.
    package func reset(_ username: String, _ origin: Origin) async throws(IdentityFault) -> String {
        let stored = try await changing { () async throws(StoreFault) in
            try await store.get(named: User.name(username))
        }
        let (password, hash) = try oneTime()
        var user = stored.value
        user.setPassword(hash: hash, mustChange: true)
        user.status = .active
        _ = try await replace(stored, with: user, "user.reset", origin)
        return password
    }

    /// Makes the first administrator if nobody can run Weir.
    /// - Returns: its name and one-time password; nil when there is one already.
    package func ensureAdministrator() async throws(IdentityFault) -> (username: String, password: String)? {
        let count = try await changing { () async throws(StoreFault) in try await store.count(User.administrators) }
        guard count == 0 else { return nil }
        let (password, hash) = try oneTime()
        do throws(IdentityFault) {
            _ = try await create("admin", hash: hash, .platformAdmin, tenant: nil, .system("first start"))
        } catch .store(.nameTaken) {
            // Another process was faster, or the last one was removed in Redis by hand.
            return nil
        }
        return ("admin", password)
    }

    // MARK: Rules

    /// Nobody changes those who can do more.
    private func mayTouch(_ user: User, _ principal: Principal) throws(IdentityFault) {
        guard principal.mayAppoint(user.role) else { throw .roleTooHigh(user.role) }
    }

    /// Two administrators who remove each other in the same instant can still both go; `weir serve` makes a new one at its
    /// next start.
    private func keepOneAdministrator(_ user: User, stays: Bool) async throws(IdentityFault) {
        guard user.lists.contains(User.administrators), !stays else { return }
        let count = try await changing { () async throws(StoreFault) in try await store.count(User.administrators) }
        guard count > 1 else { throw .lastAdministrator }
    }

    // MARK: Steps

    func replace(
        _ stored: Stored<User>, with changed: User, _ action: String, _ origin: Origin
    ) async throws(IdentityFault) -> Stored<User> {
        var user = changed
        user.updatedAt = loop.wallMilliseconds
        return try await changing { [user] () async throws(StoreFault) in
            try await store.replace(
                user, ifVersion: stored.version,
                origin.entry(
                    action, on: AuditObject(User.kind, user.id), tenant: user.tenant, before: stored.value.audited,
                    after: user.audited))
        }
    }

    private func oneTime() throws(IdentityFault) -> (password: String, hash: String) {
        do throws(CryptoError) { return try passwords.oneTime() } catch { throw .crypto("\(error)") }
    }

    func hash(_ password: String) async throws(IdentityFault) -> String {
        switch await passwords.hash(password) {
        case .success(let hash): return hash
        case .failure(let error): throw .crypto("\(error)")
        case nil: throw .busy
        }
    }
}

/// Runs a step of the store; its fault is one of ours.
func changing<Value>(_ step: () async throws(StoreFault) -> Value) async throws(IdentityFault) -> Value {
    do throws(StoreFault) {
        return try await step()
    } catch {
        throw .store(error)
    }
}
