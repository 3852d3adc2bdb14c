// One step of a replay, in a real Redis.

import Gateway
import Loop
import Redis
import TestSupport
import Testing
import Webhooks

@testable import Deliveries

@Suite struct ReplayStepTests {
    private static func replay(_ source: Replay.Source) -> Replay {
        Replay(
            id: "r", tenant: "t", endpoint: "acme/crm", source: source, from: 0, to: 1_000_000, filter: "type exists",
            rate: 10, createdAt: 5)
    }

    @Test("a step is taken once, whoever tries it again, and sends what is still there, as a replay")
    func once() async throws {
        try await withRedis { _, redis, _ in
            let partition = Partition.all[4]
            for number in 1...3 {
                _ = try await redis.bury(
                    delivery(
                        StreamID(milliseconds: UInt64(number), sequence: 0), to: "acme/crm", inboxID: "9-\(number)"),
                    in: partition, at: "10\(number)-0")
            }
            _ = try await redis.send(RedisCommand("XDEL", partition.dead("acme/crm"), "102-0"))
            let step = ReplayStep(
                replay: Self.replay(.dead), partition: partition, from: "0-0", to: "102-0", examined: 2, isLast: false,
                entries: [101, 102].map { (StreamID(milliseconds: $0, sequence: 0), "evt_\($0)") }, rulesVersion: "v")
            #expect(try await step.run(on: redis) == 1, "one of the two was dropped meanwhile")
            #expect(try await step.run(on: redis) == nil, "it has been taken")
            let queued = try await redis.queued(partition)
            #expect(queued.map(\.eventID) == ["evt_101"] && queued.allSatisfy(\.isReplay))
            #expect(queued.first?.inboxID == "9-1")
            #expect(try await redis.send(RedisCommand("XLEN", partition.dead("acme/crm"))) == .integer(1))
            let place = try await ReplayPlace.read("r", partition, from: redis)
            #expect(place.position == "102-0" && place.examined == 2 && place.sent == 1 && !place.isDone)
            let end = ReplayStep(
                replay: Self.replay(.dead), partition: partition, from: "102-0", to: "102-0", examined: 0, isLast: true,
                entries: [], rulesVersion: "v")
            #expect(try await end.run(on: redis) == 0)
            let progress = try await ReplayProgress.read(Self.replay(.dead), from: redis)
            #expect(progress == ReplayProgress(examined: 2, sent: 1, partitionsDone: 1))
        }
    }

    @Test("from the inbox, events stay where they are")
    func inbox() async throws {
        try await withRedis { _, redis, _ in
            let partition = Partition.all[4]
            _ = try await redis.send(RedisCommand("XADD", partition.inbox, "7-0", "event", "{}"))
            let step = ReplayStep(
                replay: Self.replay(.all), partition: partition, from: "0-0", to: "7-0", examined: 1, isLast: true,
                entries: [(StreamID(milliseconds: 7, sequence: 0), "evt_7")], rulesVersion: "v")
            #expect(try await step.run(on: redis) == 1)
            let queued = try await redis.queued(partition)
            #expect(queued.map(\.rulesVersion) == ["v"] && queued.map(\.inboxID) == ["7-0"])
            #expect(try await redis.send(RedisCommand("XLEN", partition.inbox)) == .integer(1))
        }
    }

    @Test("a replay reads as it was written")
    func document() throws {
        var replay = Self.replay(.all)
        #expect(Replay(document: replay.document) == replay)
        replay.status = .failed
        replay.detail = "the endpoint is gone"
        replay.endedAt = 77
        #expect(Replay(document: replay.document) == replay)
        #expect(!replay.lists.contains(Replay.running))
    }
}
