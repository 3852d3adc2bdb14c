// The parts of identity, made from what they need and run together: one of these in each process that answers the API.

package import Audit
package import Crypto
import Loop
package import Records
package import Redis
package import Vault

/// Belongs to one loop.
package final class IdentityService {
    package let users: UserDirectory
    package let apiKeys: APIKeyDirectory
    package let signIn: SignIn
    package let authenticator: Authenticator
    package let signingKeys: SigningKeys
    private let loop: EventLoop
    private let onFault: (IdentityFault) -> Void
    private var isStopped = false
    private let pause = Gate()

    /// Sessions that ended by themselves are removed so often.
    private static let sweepEvery = Duration.seconds(600)
    /// What is kept in memory at most: a session and a user each have some hundred bytes.
    private static let sessionsCached = 16_384
    private static let usersCached = 4096
    private static let keysCached = 4096

    /// - Parameters:
    ///   - passwordCost: of bcrypt; tests have no time.
    ///   - onFault: told what goes wrong where nobody waits for an answer.
    package init(
        redis: RedisClient, feed: ChangeFeed, audit: AuditLog, vault: Vault, metrics: IdentityMetrics,
        random: RandomSource,
        passwordCost: Int = Bcrypt.costDefault, onFault: @escaping (IdentityFault) -> Void = { _ in }
    ) throws(CryptoError) {
        let loop = redis.loop
        self.loop = loop
        self.onFault = onFault
        let userStore = RecordStore<User>(redis: redis, audit: audit)
        let sessionStore = RecordStore<Session>(redis: redis, audit: audit)
        let keyStore = RecordStore<APIKey>(redis: redis, audit: audit)
        let passwords = Passwords(on: loop, cost: passwordCost, random: random)
        users = UserDirectory(store: userStore, passwords: passwords, loop: loop, random: random)
        apiKeys = APIKeyDirectory(store: keyStore, vault: vault, loop: loop, random: random)
        signingKeys = SigningKeys(
            store: RecordStore(redis: redis, audit: audit), vault: vault, loop: loop, random: random, onFault: onFault)
        signIn = SignIn(
            users: users, sessions: sessionStore, keys: signingKeys, passwords: passwords,
            throttle: SignInThrottle(redis: redis), audit: audit, loop: loop, metrics: metrics,
            random: random)
        authenticator = try Authenticator(
            users: RecordCache(userStore, feed: feed, capacity: Self.usersCached),
            sessions: RecordCache(sessionStore, feed: feed, capacity: Self.sessionsCached),
            keys: RecordCache(keyStore, feed: feed, capacity: Self.keysCached), directory: apiKeys,
            mint: signingKeys.mint, loop: loop, metrics: metrics)
        feed.add(signingKeys, for: SigningKeyRecord.kind)
    }

    /// Reads or makes what there must be before the first request.
    /// - Returns: the first administrator, if one had to be made.
    package func prepare() async throws(IdentityFault) -> (username: String, password: String)? {
        try await signingKeys.prepare()
        return try await users.ensureAdministrator()
    }

    /// Looks after keys and sessions until `stop`. Start once, as a task of the loop, after `prepare`.
    package func run() async {
        let keys = loop.spawn { await self.signingKeys.run() }
        while !isStopped {
            do throws(IdentityFault) {
                _ = try await signIn.sweep()
            } catch {
                onFault(error)
            }
            let timer = loop.schedule(at: loop.now + Self.sweepEvery) { self.pause.open(.timedOut) }
            if !isStopped { _ = await pause.wait() }
            timer.cancel()
        }
        await keys.value
    }

    package func stop() {
        isStopped = true
        signingKeys.stop()
        pause.open()
    }
}
