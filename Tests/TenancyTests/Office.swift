// A process as far as tenants go, on a real Redis.

import Audit
import Codec
import Crypto
import Loop
import Records
import Redis
import TestSupport

@testable import Tenancy

final class Office {
    let redis: RedisClient
    let log: AuditLog
    let tenants: TenantDirectory
    let feed: ChangeFeed
    private let blocking: RedisClient

    init(_ loop: EventLoop, _ server: EmbeddedRedis, seed: UInt64 = 1) async throws {
        redis = RedisClient(loop: loop, address: server.address, resolver: Resolver(loop: loop))
        blocking = RedisClient(
            loop: loop, address: server.address, resolver: Resolver(loop: loop), replyTimeout: ChangeFeed.replyTimeout)
        log = try AuditLog(redis: redis)
        feed = ChangeFeed(blocking: blocking)
        tenants = TenantDirectory(store: RecordStore(redis: redis, audit: log), feed: feed, random: .seeded(seed))
        for client in [redis, blocking] { loop.spawn { await client.run() } }
        loop.spawn { [feed] in await feed.run() }
        _ = await redis.untilConnected(by: loop.now + .seconds(20))
        _ = await eventually(on: loop) { feed.isLive }
    }

    func stop() async {
        await feed.stop()
        redis.stop()
    }

    /// The latest entries, the newest first.
    func entries(_ action: String) async throws -> [AuditEntry] {
        var filter = AuditFilter()
        filter.action = action
        return try await AuditReader(redis: redis).page(filter, page: 1, size: 100).records.map(\.entry)
    }
}

let origin = Origin(AuditActor(.user, id: "u", name: "admin"), address: "::1", requestID: "r")

/// Runs `body` with one office that is stopped afterwards.
func withOffice(_ body: @escaping @Sendable (EventLoop, Office, EmbeddedRedis) async throws -> Void) async throws {
    try await withRedis { loop, _, server in
        let office = try await Office(loop, server)
        try await body(loop, office, server)
        await office.stop()
    }
}
