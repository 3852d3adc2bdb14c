// Records on a real Redis.

import Audit
import Codec
import Loop
import Redis
import TestSupport
import Testing

@testable import Records

@Suite struct RecordStoreTests {
    @Test("what was created is had by its id and by its unique name, with version 1")
    func creation() async throws {
        try await withRedis { _, redis, _ in
            let store = try RecordStore<Box>(redis)
            let box = Box("1", "Kiste \"ä\" 箱", createdAt: 5)
            let created = try await store.create(box, nil)
            #expect(created == Stored(box, version: 1))
            let byID = try await store.get("1")
            #expect(byID == created)
            let byName = try await store.get(named: RecordName("label", box.label))
            #expect(byName == created)
            await #expect(throws: StoreFault.notFound) { try await store.get("2") }
            await #expect(throws: StoreFault.notFound) { try await store.get(named: RecordName("label", "other")) }
        }
    }

    @Test("a name belongs to one record; it is free again when the record has another or is gone")
    func names() async throws {
        try await withRedis { _, redis, _ in
            let store = try RecordStore<Box>(redis)
            try await store.create(Box("1", "a"), nil)
            await #expect(throws: StoreFault.nameTaken(field: "label")) { try await store.create(Box("2", "a"), entry) }
            await #expect(throws: StoreFault.nameTaken(field: "id")) { try await store.create(Box("1", "b"), nil) }
            try await store.create(Box("2", "b"), nil)
            await #expect(throws: StoreFault.nameTaken(field: "label")) {
                try await store.replace(Box("2", "a"), ifVersion: nil, nil)
            }
            try await store.replace(Box("1", "c"), ifVersion: nil, nil)
            try await store.replace(Box("2", "a"), ifVersion: nil, nil)
            try await store.delete("1", ifVersion: nil, nil)
            try await store.create(Box("3", "c"), nil)
            let holder = try await store.get(named: RecordName("label", "c"))
            #expect(holder.value.id == "3")
            // What was refused left no entry.
            let entries = try await redis.send(RedisCommand("XLEN", "weir:{records}:audit"))
            #expect(entries == .integer(0))
        }
    }

    @Test("a change or deletion that expects another version changes nothing")
    func versions() async throws {
        try await withRedis { _, redis, _ in
            let store = try RecordStore<Box>(redis)
            try await store.create(Box("1", "a"), nil)
            let second = try await store.replace(Box("1", "b"), ifVersion: 1, nil)
            #expect(second.version == 2)
            await #expect(throws: StoreFault.versionMismatch(current: 2)) {
                try await store.replace(Box("1", "c"), ifVersion: 1, nil)
            }
            await #expect(throws: StoreFault.versionMismatch(current: 2)) {
                try await store.delete("1", ifVersion: 1, nil)
            }
            let kept = try await store.get("1")
            #expect(kept == second)
            try await store.delete("1", ifVersion: 2, nil)
            await #expect(throws: StoreFault.notFound) { try await store.replace(Box("1", "d"), ifVersion: nil, nil) }
            await #expect(throws: StoreFault.notFound) { try await store.delete("1", ifVersion: nil, nil) }
        }
    }

    @Test("lists page from the oldest, and a record stands in the lists of its present state only")
    func pages() async throws {
        try await withRedis { _, redis, _ in
            let store = try RecordStore<Box>(redis)
            for number in 0..<7 {
                try await store.create(
                    Box("\(number)", "n\(number)", colour: number < 5 ? "red" : "blue", createdAt: Int64(number)), nil)
            }
            func ids(_ list: String, _ page: Int, _ size: Int) async throws -> ([String], Int64) {
                let page = try await store.page(list, page: page, size: size)
                return (page.records.map(\.value.id), page.total)
            }
            var page = try await ids("all", 1, 3)
            #expect(page == (["0", "1", "2"], 7))
            page = try await ids("all", 3, 3)
            #expect(page == (["6"], 7))
            page = try await ids("all", 4, 3)
            #expect(page == ([], 7))
            page = try await ids("colour:blue", 1, 100)
            #expect(page == (["5", "6"], 2))
            try await store.replace(Box("0", "n0", colour: "blue", createdAt: 0), ifVersion: nil, nil)
            try await store.delete("5", ifVersion: nil, nil)
            page = try await ids("colour:blue", 1, 100)
            #expect(page == (["0", "6"], 2))
            page = try await ids("colour:red", 1, 100)
            #expect(page == (["1", "2", "3", "4"], 4))
            let count = try await store.count("all")
            #expect(count == 6)
        }
    }

    @Test("nothing is left in Redis of records that are gone, but the notices of their changes")
    func leavings() async throws {
        try await withRedis { _, redis, _ in
            let store = try RecordStore<Box>(redis)
            for number in 0..<20 { try await store.create(Box("\(number)", "n\(number)"), nil) }
            for number in 0..<20 { try await store.delete("\(number)", ifVersion: nil, nil) }
            let keys = try await redis.send(RedisCommand("KEYS", "*"))
            #expect(keys == .array([.bytes(Array(RecordKeys.changes.utf8))]))
        }
    }

    @Test("a change and its audit entry are one step, and so are a refusal and none")
    func audited() async throws {
        try await withRedis { _, redis, _ in
            let store = try RecordStore<Box>(redis)
            try await store.create(Box("1", "a"), entry)
            try await store.replace(Box("1", "b"), ifVersion: nil, entry)
            await #expect(throws: StoreFault.versionMismatch(current: 2)) {
                try await store.delete("1", ifVersion: 7, entry)
            }
            try await store.delete("1", ifVersion: nil, entry)
            let entries = try await redis.send(RedisCommand("XLEN", "weir:{records}:audit"))
            #expect(entries == .integer(3))
        }
    }

    @Test("of many who change the same version at the same time, over two connections, one succeeds")
    func race() async throws {
        try await withRedis { loop, redis, server in
            let other = RedisClient(loop: loop, address: server.address, resolver: Resolver(loop: loop))
            let running = loop.spawn { await other.run() }
            _ = await other.untilConnected(by: loop.now + .seconds(20))
            let stores = [try RecordStore<Box>(redis), try RecordStore<Box>(other)]
            try await stores[0].create(Box("1", "a"), nil)
            var won = 0
            var refused = 0
            let done = Gate()
            for number in 0..<50 {
                loop.spawn {
                    do throws(StoreFault) {
                        try await stores[number % 2].replace(Box("1", "n\(number)"), ifVersion: 1, entry)
                        won += 1
                    } catch {
                        #expect(error == .versionMismatch(current: 2))
                        refused += 1
                    }
                    if won + refused == 50 { done.open() }
                }
            }
            _ = await done.wait()
            #expect((won, refused) == (1, 49))
            other.stop()
            await running.value
        }
    }

    @Test("a record that is damaged in Redis is told of, not guessed at")
    func damage() async throws {
        try await withRedis { _, redis, _ in
            let store = try RecordStore<Box>(redis)
            try await store.create(Box("1", "a"), nil)
            _ = try await redis.send(RedisCommand("HSET", "weir:{records}:box:1", "document", "{"))
            await #expect(throws: StoreFault.unreadable(kind: "box", id: "1")) { try await store.get("1") }
        }
    }

    @Test("without Redis every call says so at once")
    func outage() async throws {
        try await onRealLoop { loop in
            let redis = RedisClient(
                loop: loop, address: RedisAddress(unixPath: "/nowhere/redis.sock"), resolver: Resolver(loop: loop))
            let store = try RecordStore<Box>(redis)
            await #expect(throws: StoreFault.unavailable(.unavailable("not connected yet"))) {
                try await store.get("1")
            }
            await #expect(throws: StoreFault.unavailable(.unavailable("not connected yet"))) {
                try await store.create(Box("1", "a"), entry)
            }
        }
    }
}
