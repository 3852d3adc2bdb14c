// What settlements leave in a real Redis, and that it is bounded.

import Loop
import Redis
import Telemetry
import TestSupport
import Testing

@testable import Gateway
@testable import Webhooks

@Suite struct SettlementsTests {
    private static let endpoint = "acme/crm"

    /// Settles deliveries that are in the stream, one after the other.
    private static func settle(
        _ outcomes: [Settlement.Outcome], _ history: DeliveryHistorySettings, on redis: RedisClient
    ) async throws {
        let partition = Partition.all[5]
        let lease = Lease(partition: partition, value: "me#1")
        _ = try await redis.send(RedisCommand("SET", partition.lease(.worker), lease.value))
        let gate = Gate()
        var left = outcomes.count
        let settlements = Settlements(
            redis: redis, history: history, counts: EndpointCounts(redis: redis), log: .silent, lease: { _ in lease },
            onFenced: { (_) throws(RedisError) in false },
            onSettled: { settled, _ in
                left -= settled.count
                if left == 0 { gate.open() }
            })
        for outcome in outcomes {
            let id = try await redis.send(RedisCommand("XADD", partition.webhooks, "*", "a", "b")).text ?? ""
            let record = Array(#"{"id":"evt_1","type":"message.received"}"#.utf8)
            let delivery = Delivery(
                id: try #require(StreamID(id)), endpoint: endpoint, eventID: "evt_1", record: record, rulesVersion: "",
                attempts: 1)
            let attempt = AttemptRecord(
                number: 1, startedAt: 1, latency: .milliseconds(1), status: 200, reason: nil, detail: "",
                answer: [UInt8](repeating: 120, count: 10_000))
            settlements.add(
                Settlement(delivery: delivery, outcome: outcome, attempt: attempt, at: redis.loop.wallMilliseconds),
                to: partition)
        }
        _ = await gate.wait()
    }

    private static let dead = Settlement.Outcome.dead(reason: "status_410", detail: "gone")

    @Test("however many attempts and dead letters there are, no more than the bound and a node of the stream stay")
    func bounded() async throws {
        try await withRedis { _, redis, _ in
            let partition = Partition.all[5]
            var history = DeliveryHistorySettings()
            history.attemptsMax = 50
            history.deadLettersMax = 30
            var sizes: [Int64] = []
            for _ in 0..<3 {
                try await Self.settle(Array(repeating: .sent, count: 600), history, on: redis)
                try await Self.settle(Array(repeating: Self.dead, count: 600), history, on: redis)
                let attempts = try await redis.send(RedisCommand("XLEN", partition.attempts(Self.endpoint)))
                let letters = try await redis.send(RedisCommand("XLEN", partition.dead(Self.endpoint)))
                #expect((50...150).contains(attempts.integer ?? 0) && (30...130).contains(letters.integer ?? 0))
                let size = try await redis.send(
                    RedisCommand("MEMORY", "USAGE", partition.attempts(Self.endpoint), "SAMPLES", "0"))
                sizes.append(size.integer ?? 0)
            }
            // An answer is kept up to 4 KB, however long it was.
            #expect(sizes.allSatisfy { $0 < 150 * 6000 }, "\(sizes)")
            #expect(try await redis.send(RedisCommand("XLEN", partition.webhooks)) == .integer(0))
        }
    }

    @Test("what is too old goes with the next settlement, and all of it by itself when none comes")
    func ageing() async throws {
        try await withRedis { loop, redis, _ in
            let partition = Partition.all[5]
            var history = DeliveryHistorySettings()
            history.attemptsKept = .seconds(60)
            history.deadLettersKept = .seconds(120)
            for age: Int64 in [500_000, 100_000, 30_000] {
                for key in [partition.attempts(Self.endpoint), partition.dead(Self.endpoint)] {
                    _ = try await redis.send(
                        RedisCommand("XADD", key, "\(loop.wallMilliseconds - age)-0", "a", "b"))
                }
            }
            _ = try await redis.send(RedisCommand("ZADD", partition.endpoints, "1", "acme/forgotten"))
            try await Self.settle([.sent, Self.dead], history, on: redis)
            // Of the three of each, one and two; and the new ones.
            #expect(try await redis.send(RedisCommand("XLEN", partition.attempts(Self.endpoint))) == .integer(3))
            #expect(try await redis.send(RedisCommand("XLEN", partition.dead(Self.endpoint))) == .integer(3))
            for (key, most) in [
                (partition.attempts(Self.endpoint), 180_000), (partition.dead(Self.endpoint), 240_000),
            ] {
                let left = try await redis.send(RedisCommand("PTTL", key)).integer ?? -1
                #expect((1...Int64(most)).contains(left), "\(key)")
            }
            let names = try await redis.send(RedisCommand("ZRANGE", partition.endpoints, "0", "-1"))
            #expect(names == .array([.bytes(Array(Self.endpoint.utf8))]))
        }
    }

    @Test("an outcome that is sent twice is kept once, and one of a delivery that is gone not at all")
    func repeated() async throws {
        try await withRedis { loop, redis, _ in
            let partition = Partition.all[5]
            let retry = Settlement.Outcome.retry(due: 1_900_000_000_000, reason: "timeout")
            try await Self.settle([retry], DeliveryHistorySettings(), on: redis)
            let id = try #require(
                StreamID(
                    try await redis.send(RedisCommand("ZRANGE", partition.retry, "0", "-1")).array?.first?.text ?? ""))
            let lease = Lease(partition: partition, value: "me#1")
            for outcome in [retry, .settled, .settled, .sent, retry] {
                let gate = Gate()
                let settlements = Settlements(
                    redis: redis, history: DeliveryHistorySettings(), counts: EndpointCounts(redis: redis),
                    log: .silent,
                    lease: { _ in lease }, onFenced: { (_) throws(RedisError) in false },
                    onSettled: { _, _ in gate.open() })
                let delivery = Delivery(
                    id: id, endpoint: Self.endpoint, eventID: "e", record: [], rulesVersion: "", attempts: 1)
                let attempt = AttemptRecord(
                    number: 1, startedAt: 1, latency: .zero, status: nil, reason: nil, detail: "", answer: [])
                settlements.add(
                    Settlement(delivery: delivery, outcome: outcome, attempt: attempt, at: loop.wallMilliseconds),
                    to: partition)
                _ = await gate.wait()
            }
            let entries = try await redis.send(RedisCommand("XRANGE", partition.attempts(Self.endpoint), "-", "+"))
            let outcomes = (entries.array ?? []).compactMap { StreamEntry($0).flatMap(AttemptEntry.init)?.outcome }
            #expect(outcomes == [.waiting, .delivered])
            #expect(try await redis.send(RedisCommand("EXISTS", partition.delivery(id))) == .integer(0))
        }
    }
}
