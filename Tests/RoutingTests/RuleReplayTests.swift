// Recorded events in a real Redis, replayed.

import Events
import Language
import Loop
import Redis
import Rules
import Telemetry
import TestBasics
import TestSupport
import Testing

@testable import Gateway
@testable import Routing

@Suite struct RuleReplayTests {
    private static func rules(_ text: String) throws -> RuleSet {
        try #require(RuleSet.check([SourceFile(name: "main.rules", text: text)]).rules)
    }

    /// Appends messages to the inboxes of many accounts, a millisecond apart, the last one now; or all of them now.
    private static func record(_ count: Int, allNow: Bool = false, padding: Int = 0, on redis: RedisClient) async throws
    {
        let now = redis.loop.wallMilliseconds
        for partition in Partition.all { _ = try await redis.send(RedisCommand("SET", partition.kept, "0-1", "NX")) }
        for number in 0..<count {
            let account = "account-\(number % 40)"
            var event = Event(.messageReceived, at: Timestamp(milliseconds: now) ?? .epoch, source: .callback)
            event.set(.id, to: "event-\(number)")
            event.set(.tenant, to: "acme")
            event.set(.account, to: account)
            event.set(.dedupe, to: "key")
            event.set(.text, to: number % 10 == 0 ? "refund" : "hello")
            event.set(.raw, to: String(repeating: "x", count: padding))
            var bytes: [UInt8] = []
            event.append(jsonTo: &bytes)
            let partition = Partition(tenant: "acme", account: Array(account.utf8).span)
            let id = allNow ? "*" : "\(now - Int64(count - number))-0"
            var command = RedisCommand("XADD", partition.inbox, id, "event")
            command.append(bytes)
            _ = try await redis.send(command)
        }
    }

    private static let all = "route \"all\" { to webhooks }"
    private static let refund = """
        route "refund" { when type = message.received and content.text = "refund" to accounts }
        route "all" { to webhooks }
        """

    @Test("every recorded event is compared once, over all partitions and pages, the latest first")
    func whole() async throws {
        try await withRedis { _, redis, _ in
            try await Self.record(5000, on: redis)
            let replay = try await RuleReplay.run(
                before: Self.rules(Self.all), after: Self.rules(Self.refund), last: .seconds(3600), changesMax: 3,
                on: redis)
            #expect((replay.diff.events, replay.diff.changed) == (5000, 500))
            #expect(replay.diff.changes.map(\.id) == ["event-4990", "event-4980", "event-4970"])
            #expect(replay.isComplete && !replay.isTruncated)
            #expect(replay.rendered(before: "old", after: "new").contains("and 497 more that go elsewhere"))
        }
    }

    @Test("records of any size are compared once: pages shrink with them and grow again")
    func sizes() async throws {
        try await withRedis { _, redis, _ in
            try await Self.record(1000, on: redis)
            try await Self.record(300, allNow: true, padding: 100_000, on: redis)
            try await Self.record(1000, allNow: true, on: redis)
            let rules = try Self.rules(Self.all)
            let replay = try await RuleReplay.run(
                before: rules, after: rules, last: .seconds(3600), changesMax: 0, on: redis)
            #expect((replay.diff.events, replay.diff.unreadable) == (2300, 0))
        }
    }

    @Test("where nobody recorded yet nothing is complete, and from its first router on everything is")
    func beginning() async throws {
        try await withRedis { loop, redis, embedded in
            let rules = try Self.rules(Self.all)
            func replay() async throws -> RuleReplay {
                try await RuleReplay.run(before: rules, after: rules, last: .seconds(3600), changesMax: 0, on: redis)
            }
            let before = try await replay()
            #expect(before.completeSince == before.until)
            // What an inbox has from before it was first routed counts.
            let old = loop.wallMilliseconds - 600_000
            for partition in Partition.all {
                _ = try await redis.send(RedisCommand("XADD", partition.inbox, "\(old)-0", "event", "{}"))
            }
            try await Self.route(HistorySettings(), on: redis, embedded.address)
            let first = try await replay()
            #expect(!first.isComplete && first.completeSince.milliseconds == old)
            // Another router changes nothing.
            for partition in Partition.all {
                _ = try await redis.send(RedisCommand("XADD", partition.inbox, "\(old + 1)-0", "event", "{}"))
            }
            try await Self.route(HistorySettings(), on: redis, embedded.address)
            #expect(try await replay().completeSince == first.completeSince)
        }
    }

    @Test("a replay ends when its time is over, and says since when it is whole")
    func time() async throws {
        try await withRedis { _, redis, _ in
            try await Self.record(2000, on: redis)
            let rules = try Self.rules(Self.all)
            let replay = try await RuleReplay.run(
                before: rules, after: rules, last: .seconds(3600), timeMax: .zero, changesMax: 0, on: redis)
            #expect(replay.isTruncated && replay.diff.events == 0 && replay.completeSince == replay.until)
        }
    }

    @Test("records that are damaged or not Weir's are counted and stop nothing")
    func damaged() async throws {
        try await withRedis { _, redis, _ in
            try await Self.record(20, on: redis)
            for text in ["", "{", "[]", "\u{0}", "{\"type\":7}", String(repeating: "[", count: 100_000)] {
                _ = try await redis.send(RedisCommand("XADD", Partition.all[1].inbox, "*", "event", text))
            }
            _ = try await redis.send(RedisCommand("XADD", Partition.all[2].inbox, "*", "other", "x"))
            let rules = try Self.rules(Self.all)
            let replay = try await RuleReplay.run(
                before: rules, after: rules, last: .seconds(3600), changesMax: 3, on: redis)
            #expect((replay.diff.events, replay.diff.unreadable) == (20, 7))
        }
    }

    @Test("only what is young enough is compared")
    func window() async throws {
        try await withRedis { loop, redis, _ in
            try await Self.record(10, on: redis)
            _ = try await redis.send(
                RedisCommand("XADD", Partition.all[3].inbox, "\(loop.wallMilliseconds + 60_000)-0", "event", "{}"))
            let rules = try Self.rules(Self.all)
            let none = try await RuleReplay.run(before: rules, after: rules, last: .zero, changesMax: 3, on: redis)
            #expect(none.diff.events == 0)
            let all = try await RuleReplay.run(
                before: rules, after: rules, last: .seconds(60), changesMax: 3, on: redis)
            #expect((all.diff.events, all.diff.unreadable, all.diff.changed) == (10, 0, 0))
        }
    }

    @Test("a bound takes the latest events and says from when on they are all")
    func truncated() async throws {
        try await withRedis { _, redis, _ in
            try await Self.record(1000, on: redis)
            let replay = try await RuleReplay.run(
                before: Self.rules(Self.all), after: Self.rules(Self.refund), last: .seconds(3600), eventsMax: 100,
                changesMax: 100, on: redis)
            #expect(replay.isTruncated && !replay.isComplete)
            #expect(replay.diff.events == 100 && replay.diff.changes.last?.id == "event-900")
            #expect(replay.completeSince > replay.since)
            let exact = try await RuleReplay.run(
                before: Self.rules(Self.all), after: Self.rules(Self.refund), last: .seconds(3600), eventsMax: 1000,
                changesMax: 0, on: redis)
            #expect(!exact.isTruncated && exact.diff.events == 1000)
        }
    }

    /// Routes until the inboxes are at their ends, within these bounds of history.
    private static func route(_ history: HistorySettings, on redis: RedisClient, _ address: RedisAddress) async throws {
        let loop = redis.loop
        let blocking = RedisClient(loop: loop, address: address, resolver: Resolver(loop: loop))
        let table = try RoutingTable(tenants: [], rules: Self.rules("route \"none\" { to drop }")) { _, url, _ in
            try Endpoint(tenant: "acme", url: try HTTPURL(url), keys: [], concurrency: 1, timeout: .seconds(1))
        }
        let router = Router(
            redis: redis, blocking: blocking, owner: "test", table: table, subscribers: .none, history: history,
            isDisabled: { _ in false }, log: .silent,
            metrics: RoutingMetrics(.init()))
        let running = [loop.spawn { await blocking.run() }, loop.spawn { await router.run() }]
        let isRouted = await eventually(on: loop) {
            for partition in Partition.all {
                let last = try? await redis.send(RedisCommand("XREVRANGE", partition.inbox, "+", "-", "COUNT", "1"))
                guard let id = last?.array?.first.flatMap({ StreamEntry($0) })?.id else { continue }
                let cursor = try? await redis.send(RedisCommand("GET", partition.cursor))
                guard cursor?.text == id.description else { return false }
            }
            return true
        }
        #expect(isRouted)
        await router.stop()
        for task in running { await task.value }
    }

    private static func lengths(_ redis: RedisClient) async throws -> [Int64] {
        var lengths: [Int64] = []
        for partition in Partition.all {
            lengths.append(try await redis.send(RedisCommand("XLEN", partition.inbox)).integer ?? 0)
        }
        return lengths
    }

    @Test(
        "the commits of routing keep the inboxes within their bound, also after a restart, and a replay says since when it is whole"
    )
    func bound() async throws {
        try await withRedis { loop, redis, embedded in
            var history = HistorySettings()
            history.entriesMax = 100
            try await Self.record(16_000, on: redis)
            try await Self.route(history, on: redis, embedded.address)
            // Redis cuts whole nodes: 4 KB of entries, up to 100 of them; and the router counts by blocks of 64.
            let bound: Int64 = 100 + 100 + 64
            let first = try await Self.lengths(redis)
            #expect(first.allSatisfy { $0 <= bound }, "\(first)")
            #expect(first.contains { $0 >= 50 }, "\(first)")
            // Another router finds them, and goes on from there.
            try await Self.record(500, allNow: true, on: redis)
            try await Self.route(history, on: redis, embedded.address)
            let second = try await Self.lengths(redis)
            #expect(second.allSatisfy { $0 <= bound }, "\(second)")
            let rules = try Self.rules(Self.all)
            let replay = try await RuleReplay.run(
                before: rules, after: rules, last: .seconds(3600), changesMax: 0, on: redis)
            #expect(!replay.isComplete && !replay.isTruncated)
            #expect(Int64(replay.diff.events) == second.reduce(0, +))
            #expect(replay.rendered(before: "a", after: "b").contains("the recording is complete for the last "))
        }
    }

    @Test("what waits to be routed is never cut, however much it is")
    func backlog() async throws {
        try await withRedis { _, redis, _ in
            var history = InboxHistory()
            let partition = Partition.all[0]
            let lease = Lease(partition: partition, value: "test#1")
            _ = try await redis.send(RedisCommand("SET", partition.lease(.router), lease.value))
            for number in 1...2000 {
                _ = try await redis.send(RedisCommand("XADD", partition.inbox, "\(number)-0", "event", "{}"))
            }
            history.add((1...500).map { StreamID(milliseconds: $0, sequence: 0) })
            let to = StreamID(milliseconds: 400, sequence: 0)
            try await RoutingCommit(
                lease: lease, from: .zero, to: to, keepFrom: history.cut(before: 10_000, entriesMax: 0), entries: []
            ).run(on: redis)
            let left = try await redis.send(RedisCommand("XRANGE", partition.inbox, "400-0", "+")).array?.count
            #expect(left == 1601)
            #expect(try await redis.send(RedisCommand("GET", partition.kept)).text == "400-0")
        }
    }
}
