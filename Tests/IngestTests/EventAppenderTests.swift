// Dedupe and append, against a real Redis.

import Gateway
import Loop
import Redis
import TestSupport
import Testing

@testable import Ingest

@Suite struct EventAppenderTests {
    private func event(_ key: String, _ record: String = "{}") -> PendingEvent {
        PendingEvent(dedupe: key, record: Array(record.utf8))
    }

    private func records(in partition: Partition, _ redis: RedisClient) async throws -> [String] {
        let reply = try await redis.send(RedisCommand("XRANGE", partition.inbox, "-", "+"))
        return (reply.array ?? []).compactMap { StreamEntry($0)?.value("event") }.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test("an event that comes again is a success and appended once")
    func duplicate() async throws {
        try await withRedis { _, redis, _ in
            let appender = EventAppender(redis: redis, settings: CallbackSettings())
            let partition = Partition.all[3]
            let first = try await appender.append([event("a", "1")], nonce: nil, to: partition)
            let second = try await appender.append([event("a", "2")], nonce: nil, to: partition)
            #expect(first == 1 && second == 0)
            let kept = try await records(in: partition, redis)
            #expect(kept == ["1"])
        }
    }

    @Test("the events of one callback are kept in order and in one step, the known ones among them left out")
    func several() async throws {
        try await withRedis { _, redis, _ in
            let appender = EventAppender(redis: redis, settings: CallbackSettings())
            let partition = Partition.all[0]
            _ = try await appender.append([event("b", "b")], nonce: nil, to: partition)
            let added = try await appender.append(
                [event("a", "a"), event("b", "again"), event("c", "c")], nonce: nil, to: partition)
            #expect(added == 2)
            let kept = try await records(in: partition, redis)
            #expect(kept == ["b", "a", "c"])
        }
    }

    @Test("a nonce that was seen keeps nothing, not even events with new keys")
    func nonce() async throws {
        try await withRedis { _, redis, _ in
            let appender = EventAppender(redis: redis, settings: CallbackSettings())
            let partition = Partition.all[1]
            let first = try await appender.append([event("a"), event("b")], nonce: "n1", to: partition)
            let replay = try await appender.append([event("c"), event("d")], nonce: "n1", to: partition)
            let fresh = try await appender.append([event("a"), event("e")], nonce: "n2", to: partition)
            #expect(first == 2 && replay == 0 && fresh == 1)
        }
    }

    @Test("callbacks of one turn share a call and each learns its own outcome")
    func batched() async throws {
        try await withRedis { loop, redis, _ in
            let appender = EventAppender(redis: redis, settings: CallbackSettings())
            let partition = Partition.all[2]
            var outcomes: [Int: Int] = [:]
            let done = Gate()
            for number in 0..<600 {
                loop.spawn {
                    // Every third repeats the key of the one before, with a nonce of its own.
                    let key = number % 3 == 2 ? number - 1 : number
                    let nonce = number % 3 == 0 ? nil : "nonce-\(number)"
                    outcomes[number] = try? await appender.append([self.event("k\(key)")], nonce: nonce, to: partition)
                    if outcomes.count == 600 { done.open() }
                }
            }
            _ = await done.wait()
            for number in 0..<600 { #expect(outcomes[number] == (number % 3 == 2 ? 0 : 1), "callback \(number)") }
            let kept = try await records(in: partition, redis)
            #expect(kept.count == 400)
        }
    }

    @Test("without Redis nothing is acknowledged")
    func unavailable() async throws {
        try await onRealLoop { loop in
            let nowhere = RedisClient(
                loop: loop, address: RedisAddress(unixPath: "/nonexistent/redis.sock"), resolver: Resolver(loop: loop))
            let appender = EventAppender(redis: nowhere, settings: CallbackSettings())
            await #expect(throws: RedisError.unavailable("no connection")) {
                _ = try await appender.append([self.event("a")], nonce: nil, to: Partition.all[0])
            }
        }
    }
}
