// Caches of records on a real Redis: what one sees of the other's changes.

import Audit
import Loop
import Redis
import TestSupport
import Testing

@testable import Records

/// A process as far as records go: its own connections, its own cache.
private final class Member {
    let store: RecordStore<Box>
    let cache: RecordCache<Box>
    let feed: ChangeFeed
    let redis: RedisClient
    let blocking: RedisClient

    init(_ loop: EventLoop, _ server: EmbeddedRedis, capacity: Int = 8) async throws {
        redis = RedisClient(loop: loop, address: server.address, resolver: Resolver(loop: loop))
        blocking = RedisClient(
            loop: loop, address: server.address, resolver: Resolver(loop: loop), replyTimeout: ChangeFeed.replyTimeout)
        store = try RecordStore(redis)
        feed = ChangeFeed(blocking: blocking)
        cache = RecordCache(store, feed: feed, capacity: capacity)
        for client in [redis, blocking] { loop.spawn { await client.run() } }
        loop.spawn { [feed] in await feed.run() }
        _ = await redis.untilConnected(by: loop.now + .seconds(20))
        _ = await eventually(on: loop) { feed.isLive }
    }

    func stop() async {
        await feed.stop()
        redis.stop()
    }

    func label(_ id: String) async throws -> String { try await cache.get(id).value.label }

    /// How often Redis was asked for records.
    func reads() async throws -> Int64 {
        let text = try await redis.send(RedisCommand("INFO", "commandstats")).text ?? ""
        return text.split(separator: "\n").first { $0.hasPrefix("cmdstat_hmget:") }
            .flatMap { $0.firstMatch(of: /calls=(\d+)/) }.flatMap { Int64($0.output.1) } ?? 0
    }
}

@Suite struct RecordCacheTests {
    @Test("what was looked at is had from memory, until another process changes it")
    func invalidation() async throws {
        try await withRedis { loop, _, server in
            let other = try await Member(loop, server)
            try await other.store.create(Box("1", "a"), nil)
            // Listens from now on, so no notice of the creation comes in between.
            let one = try await Member(loop, server)
            for _ in 0..<10 {
                let label = try await one.label("1")
                #expect(label == "a")
            }
            let before = try await other.reads()
            for _ in 0..<10 { _ = try await one.label("1") }
            let after = try await other.reads()
            #expect(after == before)

            try await other.store.replace(Box("1", "b"), ifVersion: nil, nil)
            #expect(await eventually(on: loop) { one.cache.count == 0 })
            let label = try await one.label("1")
            #expect(label == "b")

            try await other.store.delete("1", ifVersion: nil, nil)
            #expect(await eventually(on: loop) { one.cache.count == 0 })
            await #expect(throws: StoreFault.notFound) { try await one.cache.get("1") }
            await one.stop()
            await other.stop()
        }
    }

    @Test("a lost connection loses no change, and meanwhile nothing comes from memory")
    func reconnection() async throws {
        try await withRedis { loop, redis, server in
            let member = try await Member(loop, server)
            let store = try RecordStore<Box>(redis)
            try await store.create(Box("1", "0"), nil)
            for number in 1...20 {
                _ = try await member.label("1")
                let connection = String(member.blocking.connectionID ?? 0)
                _ = try await redis.send(RedisCommand("CLIENT", "KILL", "ID", connection))
                try await store.replace(Box("1", "\(number)"), ifVersion: nil, nil)
                #expect(await eventually(on: loop) { !member.feed.isLive || member.cache.count == 0 })
                let label = try await member.label("1")
                #expect(label == "\(number)")
                #expect(await eventually(on: loop) { member.feed.isLive })
            }
            await member.stop()
            #expect(member.cache.count == 0)
        }
    }

    @Test("an answer that is older than a change which came before it is not kept")
    func overtaken() async throws {
        try await withRedis { loop, redis, server in
            let member = try await Member(loop, server)
            let store = try RecordStore<Box>(redis)
            try await store.create(Box("1", "a"), nil)
            let done = Gate()
            loop.spawn {
                _ = try? await member.cache.get("1")
                done.open()
            }
            // The question is on its way; the notice comes before its answer.
            await loop.nextTurn()
            member.cache.changed("1")
            _ = await done.wait()
            #expect(member.cache.count == 0)
            _ = try await member.cache.get("1")
            #expect(member.cache.count == 1)
            await member.stop()
        }
    }

    @Test("a gap in the notices empties the cache")
    func gap() async throws {
        try await withRedis { loop, redis, server in
            let member = try await Member(loop, server)
            let store = try RecordStore<Box>(redis)
            try await store.create(Box("1", "a"), nil)
            // The notice of the creation strikes out what is fetched before it comes.
            #expect(
                await eventually(on: loop) {
                    loop.spawn { _ = try? await member.cache.get("1") }
                    return member.cache.count == 1
                })
            _ = try await redis.send(RedisCommand("XADD", RecordKeys.changes, "1-5000", "kind", "other", "id", "x"))
            #expect(await eventually(on: loop) { member.cache.count == 0 })
            await member.stop()
        }
    }

    @Test("however many records are looked at, the cache keeps its size and the answers are right")
    func bound() async throws {
        try await withRedis { loop, redis, server in
            let member = try await Member(loop, server, capacity: 8)
            let store = try RecordStore<Box>(redis)
            for number in 0..<40 { try await store.create(Box("\(number)", "n\(number)"), nil) }
            for round in 0..<3 {
                for number in 0..<40 {
                    let label = try await member.label("\(number)")
                    #expect(label == "n\(number)", "round \(round)")
                    #expect(member.cache.count <= 8)
                }
            }
            await member.stop()
        }
    }

    @Test("a bounded table is a dictionary that forgets what is not used")
    func table() {
        var table = BoundedTable<Int>(capacity: 3)
        for number in 0..<3 { table.insert(number, for: "\(number)") }
        #expect(table["0"] == 0)
        table.insert(3, for: "3")
        #expect(table["1"] == nil && table["0"] == 0 && table["2"] == 2 && table["3"] == 3 && table.count == 3)
        table.insert(30, for: "3")
        #expect(table["3"] == 30 && table.count == 3)
        table.remove("0")
        #expect(table["0"] == nil && table.count == 2)
        table.insert(4, for: "4")
        #expect(table["4"] == 4 && table["2"] == 2 && table.count == 3)
        table.removeAll()
        #expect(table.count == 0 && table["2"] == nil)
        table.insert(5, for: "5")
        #expect(table["5"] == 5)
    }
}
