// A process as far as subscriptions go, on a real Redis.

import Audit
import Codec
import Crypto
import Gateway
import Loop
import Records
import Redis
import Routing
import TestSupport
import Vault

@testable import Subscriptions

final class Office {
    let loop: EventLoop
    let redis: RedisClient
    let store: RecordStore<Subscription>
    let vault: Vault
    let feed: ChangeFeed
    let follower: SubscriptionFollower
    let directory: SubscriptionDirectory
    /// What was published last, and how often.
    private(set) var subscribers: [Subscriber]?
    private(set) var publications = 0
    private(set) var faults: [String] = []
    private let blocking: RedisClient

    init(_ loop: EventLoop, _ server: EmbeddedRedis, _ key: MasterKey, seed: UInt64 = 1) async throws {
        self.loop = loop
        redis = RedisClient(loop: loop, address: server.address, resolver: Resolver(loop: loop))
        blocking = RedisClient(
            loop: loop, address: server.address, resolver: Resolver(loop: loop), replyTimeout: ChangeFeed.replyTimeout)
        store = RecordStore(redis: redis, audit: try AuditLog(redis: redis))
        vault = try Vault(MasterKeyRing(key), random: .seeded(seed))
        feed = ChangeFeed(blocking: blocking)
        var note: (String) -> Void = { _ in }
        follower = SubscriptionFollower(
            store: store, vault: vault, feed: feed, defaults: DeliverySettings(), onFault: { note($0) })
        directory = SubscriptionDirectory(store: store, vault: vault, follower: follower, random: .seeded(seed))
        note = { [unowned self] in faults.append($0) }
        for client in [redis, blocking] { loop.spawn { await client.run() } }
        loop.spawn { [feed] in await feed.run() }
        _ = await redis.untilConnected(by: loop.now + .seconds(20))
    }

    func follow() {
        loop.spawn { [self] in
            await follower.run {
                subscribers = $0
                publications += 1
            }
        }
    }

    func stop() async {
        await follower.stop()
        await feed.stop()
        redis.stop()
    }

    func make(
        _ body: JSONValue = [:], tenant: String = "t1", code: String = "acme",
        key: SubscriptionDirectory.NewKey = .made(.v1), verify: Bool = false
    ) async throws -> Stored<Subscription> {
        let url: JSONValue = ["url": "https://crm.example.com/hook"]
        var draft = SubscriptionDirectory.Draft(SubscriptionSettings(url).changed(by: body), key: key)
        draft.mustVerify = verify
        draft.headers = [EndpointHeader(name: "Authorization", value: "Bearer geheim")]
        return try await directory.create(draft, tenant: tenant, code: code, by: "admin", origin)
    }

    func entries(_ action: String) async throws -> [AuditEntry] {
        var filter = AuditFilter()
        filter.action = action
        return try await AuditReader(redis: redis).page(filter, page: 1, size: 100).records.map(\.entry)
    }
}

let origin = Origin(AuditActor(.user, id: "u", name: "admin"), address: "::1", requestID: "r")

/// Runs `body` with one office that follows and is stopped afterwards.
func withOffice(
    _ body: @escaping @Sendable (EventLoop, Office, EmbeddedRedis, MasterKey) async throws -> Void
) async throws {
    try await withRedis { loop, _, server in
        var random = RandomSource.seeded(7)
        let key = try MasterKey.random(&random)
        let office = try await Office(loop, server, key)
        office.follow()
        try await body(loop, office, server, key)
        await office.stop()
    }
}
