// What the API stands on, once Redis is there: the vault, the audit log, the feed of changes, users and keys. Until then it is nil,
// and the API says that it is not ready.

import API
import Audit
import Crypto
import Deliveries
import Gateway
import Identity
import Loop
import Records
import Redis
import Routing
import Subscriptions
import Telemetry
import Tenancy
import Vault
import Webhooks

/// Belongs to the control loop.
final class Administration {
    struct Parts {
        let audit: AuditLog
        let feed: ChangeFeed
        let vault: Vault
        let identity: IdentityService
        let tenants: TenantDirectory
        let tenantKeeping: TenantKeeping
        let subscriptions: SubscriptionDirectory
        let follower: SubscriptionFollower
        let auditKeeping: AuditKeeping
        let replays: RecordStore<Replay>
        let replayRunner: ReplayRunner
        let idempotency: Idempotency
    }

    private static let part = "identity"
    private static let subscriptionsPart = "subscriptions"

    private(set) var parts: Parts?
    private let loop: EventLoop
    private let redis: RedisClient
    private let blocking: RedisClient
    private let source: MasterKeySource
    private let auditSettings: AuditSettings
    private var delivery: DeliverySettings
    private let publish: ([Subscriber]) -> Void
    /// Names of the tenants in weir.conf.
    private var configured: Set<String>
    private let replayWorld: () -> ReplayWorld?
    private let endpoints: EndpointBook
    private var follower: EndpointFollower?
    private let health: Health
    private let metrics: IdentityMetrics
    private let log: Logger
    private var isStopped = false
    private var running: [Task<Void, Never>] = []

    /// - Parameters:
    ///   - blocking: a connection for the feed alone.
    ///   - replayWorld: the configuration that replays go by; nil until it is known whole.
    ///   - publish: told what tenants subscribed to, at the start and whenever it is something else.
    init(
        redis: RedisClient, blocking: RedisClient, masterKey source: MasterKeySource, _ configuration: Configuration,
        endpoints: EndpointBook, replayWorld: @escaping () -> ReplayWorld?, health: Health, metrics: IdentityMetrics,
        log: Logger,
        publish: @escaping ([Subscriber]) -> Void
    ) {
        loop = redis.loop
        self.replayWorld = replayWorld
        self.redis = redis
        self.blocking = blocking
        self.source = source
        auditSettings = configuration.audit
        delivery = configuration.delivery
        self.publish = publish
        configured = Set(configuration.tenants.map(\.name))
        self.endpoints = endpoints
        self.health = health
        self.metrics = metrics
        self.log = log
        health.set(Self.part, .notReady, detail: "waiting for Redis")
        health.set(Self.subscriptionsPart, .notReady, detail: "not read yet; nothing is routed before")
    }

    /// Returns when all of it is there, or the administration was stopped; tries until then.
    /// - Parameter announce: is told the name and the one-time password of the first administrator.
    /// - Throws: when the master key is not the right one, which no waiting mends.
    func open(announce: (_ username: String, _ password: String) -> Void) async throws(StartFault) {
        while !isStopped, parts == nil {
            guard await redis.untilConnected(by: loop.now + .seconds(1)) else { continue }
            do {
                let vault = try await VaultOpening.open(source, redis)
                let parts = try Parts(vault, redis, blocking, auditSettings, delivery, replayWorld, metrics, log)
                parts.tenants.configured = configured
                let first = try await parts.identity.prepare()
                if let first { announce(first.username, first.password) }
                self.parts = parts
                begin(parts)
            } catch let fault as StartFault {
                health.set(Self.part, .notReady, detail: "\(fault)")
                throw fault
            } catch {
                // Redis went away meanwhile; what was begun is begun again.
                health.set(Self.part, .notReady, detail: "\(error)")
                await loop.sleep(until: loop.now + .milliseconds(200))
            }
        }
    }

    private func begin(_ parts: Parts) {
        guard !isStopped else { return }
        follower = EndpointFollower(
            EndpointStateStore(redis: redis, table: endpoints), feed: parts.feed, on: loop)
        running.append(loop.spawn { [blocking] in await blocking.run() })
        running.append(loop.spawn { await parts.feed.run() })
        running.append(loop.spawn { await parts.identity.run() })
        running.append(loop.spawn { await parts.tenantKeeping.run() })
        running.append(loop.spawn { await parts.auditKeeping.run() })
        running.append(
            loop.spawn {
                await parts.follower.run { subscribers in
                    self.publish(subscribers)
                    self.health.set(Self.subscriptionsPart, .ready)
                }
            })
        running.append(loop.spawn { await parts.replayRunner.run() })
        health.set(Self.part, .ready)
    }

    /// The tenants and the keys as the files have them now, also keys that no envelope has asked for yet.
    func reload(_ configuration: Configuration) {
        configured = Set(configuration.tenants.map(\.name))
        parts?.tenants.configured = configured
        parts?.tenantKeeping.wake()
        delivery = configuration.delivery
        parts?.follower.defaults = delivery
        do throws(StartFault) {
            if let parts, let ring = try source.read() { parts.vault.use(ring) }
        } catch {
            log.error("the master keys stay as they were", ["reason": "\(error)"])
        }
    }

    func stop() async {
        isStopped = true
        follower?.stop()
        parts?.identity.stop()
        parts?.auditKeeping.stop()
        parts?.replayRunner.stop()
        await parts?.tenantKeeping.stop()
        await parts?.follower.stop()
        await parts?.feed.stop()
        for task in running { await task.value }
    }
}

extension Administration.Parts {
    fileprivate init(
        _ vault: Vault, _ redis: RedisClient, _ blocking: RedisClient, _ settings: AuditSettings,
        _ delivery: DeliverySettings, _ replayWorld: @escaping () -> ReplayWorld?, _ metrics: IdentityMetrics,
        _ log: Logger
    ) throws {
        self.vault = vault
        audit = try AuditLog(redis: redis)
        feed = ChangeFeed(blocking: blocking)
        idempotency = try Idempotency(redis: redis, vault: vault, log: log.named("api"))
        identity = try IdentityService(
            redis: redis, feed: feed, audit: audit, vault: vault, metrics: metrics, random: .system
        ) { fault in
            log.warning("identity could not look after its keys or sessions; it tries again", ["reason": "\(fault)"])
        }
        tenants = TenantDirectory(store: RecordStore(redis: redis, audit: audit), feed: feed, random: .system)
        let subscriptionStore = RecordStore<Subscription>(redis: redis, audit: audit)
        follower = SubscriptionFollower(store: subscriptionStore, vault: vault, feed: feed, defaults: delivery) {
            fault in
            log.error("a subscription cannot be used, or all of them cannot be read now", ["reason": "\(fault)"])
        }
        subscriptions = SubscriptionDirectory(
            store: subscriptionStore, vault: vault, follower: follower, random: .system)
        replays = RecordStore(redis: redis, audit: audit)
        replayRunner = ReplayRunner(
            store: replays, feed: feed, random: .system, log: log.named("replays"), world: replayWorld)
        // First whoever could still come in, then what goes out.
        let data: [any TenantData] = [
            TenantRecords("users", RecordStore<User>(redis: redis, audit: audit)) { User.list(ofTenant: $0.id) },
            TenantRecords("keys", RecordStore<APIKey>(redis: redis, audit: audit)) { APIKey.list(ofTenant: $0.id) },
            TenantRecords("subscriptions", subscriptionStore) { Subscription.list(ofTenant: $0.id) },
            TenantRecords("replays", replays) { Replay.list(ofTenant: $0.id) },
            TenantCounters(redis: redis), TenantDeliveries(redis: redis),
        ]
        tenantKeeping = TenantKeeping(tenants, data: data) { fault in
            log.warning("tenants could not be made or erased; it is tried again", ["reason": "\(fault)"])
        }
        auditKeeping = AuditKeeping(audit, keeping: settings.retention, entriesMax: settings.entriesMax) { outcome in
            switch outcome {
            case .success(0): break
            case .success(let count): log.info("removed old entries of the audit log", ["entries": count])
            case .failure(let error):
                log.warning("old entries of the audit log could not be removed", ["reason": "\(error)"])
            }
        }
    }
}
