// Buckets that loops share through Redis, against a real one.

import Language
import Loop
import Redis
import Telemetry
import TestSupport
import Testing

@testable import Limits

@Suite struct LeasedBucketsTests {
    private func buckets(
        _ redis: RedisClient, loopCount: Int = 1, holdsFor: Duration = LeasedBuckets.holdsFor
    ) -> LeasedBuckets {
        // As long as this takes on a machine that is busy with other tests.
        LeasedBuckets(
            redis: redis, for: .requests, loopCount: loopCount, patience: .seconds(60), holdsFor: holdsFor,
            metrics: LimitsMetrics(MetricsRegistry()))
    }

    /// Asks of all of them at once, and returns how many were let through.
    private func rush(_ all: [LeasedBuckets], _ count: Int, _ rate: Rate, on loop: EventLoop) async -> Int {
        var admitted = 0
        var open = count
        let done = Gate()
        for number in 0..<count {
            loop.spawn {
                if await all[number % all.count].take(of: "acme", rate).isAdmitted { admitted += 1 }
                open -= 1
                if open == 0 { done.open() }
            }
        }
        _ = await done.wait()
        return admitted
    }

    @Test("several connections together let exactly as many through as the bucket holds", arguments: [1, 7, 100, 3000])
    func exact(count: Int) async throws {
        try await withRedis { loop, _, server in
            // Of a day, so that hardly anything refills during the test.
            let rate = Rate(count: count, period: .day)
            let clients = (0..<4).map { _ in
                RedisClient(
                    loop: loop, address: server.address, resolver: Resolver(loop: loop), replyTimeout: .seconds(60))
            }
            for client in clients { loop.spawn { await client.run() } }
            defer { for client in clients { client.stop() } }
            for client in clients { _ = await client.untilConnected(by: loop.now + .seconds(20)) }
            let all = clients.map { buckets($0) }
            var admitted = 0
            // In several rounds, so that what one holds and another wants meet.
            for _ in 0..<6 { admitted += await rush(all, 2 * count / 3 + 4, rate, on: loop) }
            #expect(admitted == count)
        }
    }

    @Test("a refusal tells when to come again, and a flood of them does not ask Redis each time")
    func refusals() async throws {
        try await withRedis { loop, redis, _ in
            let rate = Rate(count: 20, period: .hour)
            let all = [buckets(redis)]
            let outcome1 = await rush(all, 20, rate, on: loop)
            #expect(outcome1 == 20)
            let before = try await commandCount(redis)
            let outcome2 = await rush(all, 5000, rate, on: loop)
            #expect(outcome2 == 0)
            let verdict = await all[0].take(of: "acme", rate)
            #expect(!verdict.isAdmitted && verdict.remaining == 0)
            #expect((170...180).contains(verdict.retryAfterSeconds), "\(verdict)")
            let asked = try await commandCount(redis) - before
            #expect(asked <= 30, "\(asked) commands for 5001 refusals")
        }
    }

    @Test("a portion serves many requests without asking again")
    func portions() async throws {
        try await withRedis { loop, redis, _ in
            let rate = Rate(count: 10_000, period: .day)
            let all = [buckets(redis)]
            let before = try await commandCount(redis)
            for _ in 0..<2000 {
                let isAdmitted = await all[0].take(of: "acme", rate).isAdmitted
                #expect(isAdmitted)
            }
            let asked = try await commandCount(redis) - before
            #expect(asked <= 20, "\(asked) commands for 2000 requests")
        }
    }

    private func commandCount(_ redis: RedisClient) async throws -> Int {
        let info = try await redis.send(RedisCommand("INFO", "commandstats")).text ?? ""
        let calls = info.firstMatch(of: /cmdstat_evalsha:calls=(\d+)/).flatMap { Int($0.output.1) } ?? 0
        return calls
    }

    @Test("without Redis a loop lets its share of the rate through, and no more")
    func away() async throws {
        try await onRealLoop { loop in
            let nowhere = RedisClient(
                loop: loop, address: RedisAddress(unixPath: "/nonexistent/redis.sock"), resolver: Resolver(loop: loop))
            let registry = MetricsRegistry()
            let metrics = LimitsMetrics(registry)
            let all = [LeasedBuckets(redis: nowhere, for: .callbacks, loopCount: 2, metrics: metrics)]
            let outcome4 = await rush(all, 500, Rate(count: 100, period: .day), on: loop)
            #expect(outcome4 == 50)
            #expect(metrics.estimates.value == 500)
        }
    }

    @Test("tenants have buckets of their own")
    func tenants() async throws {
        try await withRedis { _, redis, _ in
            let shared = buckets(redis)
            let rate = Rate(count: 1, period: .day)
            let outcome5 = await shared.take(of: "acme", rate).isAdmitted
            #expect(outcome5)
            let outcome6 = await shared.take(of: "acme", rate).isAdmitted
            #expect(!outcome6)
            let outcome7 = await shared.take(of: "other", rate).isAdmitted
            #expect(outcome7)
        }
    }

    @Test("a rate that a reload raises is taken up")
    func raised() async throws {
        try await withRedis { loop, redis, _ in
            let all = [buckets(redis)]
            let outcome8 = await rush(all, 50, Rate(count: 10, period: .day), on: loop)
            #expect(outcome8 == 10)
            let many = Rate(count: 100_000, period: .second)
            var admitted = 0
            let end = loop.now + .seconds(20)
            while admitted < 300, loop.now < end { admitted += await rush(all, 10, many, on: loop) }
            #expect(admitted >= 300, "the refusal of the old rate, which holds for hours, is over")
        }
    }

    @Test("a rate that a reload lowers holds at once, whatever was leased before")
    func lowered() async throws {
        try await withRedis { loop, redis, _ in
            let all = [buckets(redis)]
            let first = await rush(all, 1, Rate(count: 100_000, period: .day), on: loop)
            let second = await rush(all, 200, Rate(count: 3, period: .day), on: loop)
            // One that was held, and what the bucket holds now.
            #expect(first == 1 && second == 4)
        }
    }

    @Test("what a loop leased and did not spend goes back, and another spends it")
    func lapse() async throws {
        try await withRedis { loop, redis, _ in
            let rate = Rate(count: 100, period: .day)
            let idle = [buckets(redis, holdsFor: .milliseconds(300))]
            let busy = [buckets(redis)]
            let first = await rush(idle, 1, rate, on: loop)
            let second = await rush(busy, 200, rate, on: loop)
            #expect(first == 1 && second >= 95)
            var admitted = first + second
            let allCame = await eventually(on: loop) {
                admitted += await rush(busy, 1, rate, on: loop)
                return admitted >= 100
            }
            #expect(allCame && admitted == 100)
            let more = await rush(busy, 50, rate, on: loop)
            #expect(more == 0)
        }
    }
}
