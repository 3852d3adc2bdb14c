// Lookups in a real log, compared with a naive filter over all entries.

import Loop
import Redis
import TestBasics
import TestSupport
import Testing

@testable import Audit

@Suite struct AuditReaderTests {
    private static let actions = ["tenant.update", "tenant.create", "user.create", "session.create", "tenants.x"]

    private static func entry(using random: inout SplitMix64) -> AuditEntry {
        func pick(_ count: UInt64) -> UInt64 { random.next() % count }
        let actor =
            pick(4) == 0
            ? AuditActor.anonymous(claiming: "u\(pick(2))") : AuditActor(.user, id: "id\(pick(3))", name: "u\(pick(2))")
        return AuditEntry(
            actions[Int(pick(UInt64(actions.count)))], by: actor,
            on: pick(3) == 0 ? nil : AuditObject(pick(2) == 0 ? "tenant" : "user", "\(pick(3))"),
            tenant: pick(3) == 0 ? nil : "t\(pick(2))", outcome: AuditOutcome.allCases[Int(pick(3))])
    }

    private static func filter(_ times: [Int64], using random: inout SplitMix64) -> AuditFilter {
        func maybe(_ text: String) -> String? { random.next() % 3 == 0 ? text : nil }
        var filter = AuditFilter()
        filter.tenant = maybe("t1")
        filter.actorID = maybe("id1")
        filter.actorName = maybe("u1")
        filter.action = maybe(random.next() % 2 == 0 ? "tenant" : "user.create")
        filter.objectKind = maybe("tenant")
        filter.objectID = maybe("2")
        if random.next() % 3 == 0 { filter.outcome = .denied }
        if random.next() % 3 == 0 { filter.from = times[Int(random.next() % UInt64(times.count))] }
        if random.next() % 3 == 0 { filter.to = times[Int(random.next() % UInt64(times.count))] }
        return filter
    }

    @Test("any filter and any page give what a walk over the whole log gives")
    func naiveTwin() async throws {
        let seed = Seed.ofThisRun
        try await withRedis { loop, redis, _ in
            var random = SplitMix64(seed: seed)
            let log = try AuditLog(redis: redis)
            for _ in 0..<300 { try await log.append(Self.entry(using: &random)) }
            let all =
                try await redis.send(RedisCommand("XRANGE", AuditKeys.stream, "-", "+")).array?
                .compactMap { StreamEntry($0).flatMap(AuditRecord.init) }.reversed().map(\.self) ?? []
            #expect(all.count == 300)
            let times = all.map { Int64($0.id.milliseconds) }
            let reader = AuditReader(redis: redis)
            for _ in 0..<300 {
                let filter = Self.filter(times, using: &random)
                let matching = all.filter { record in
                    let time = Int64(record.id.milliseconds)
                    return filter.matches(record.entry) && time >= filter.from ?? 0 && time <= filter.to ?? .max
                }
                let (page, size) = (Int(random.next() % 4) + 1, Int(random.next() % 50) + 1)
                let found = try await reader.page(filter, page: page, size: size)
                let expected = matching.dropFirst((page - 1) * size).prefix(size).map(\.id)
                #expect(found.records.map(\.id) == Array(expected), "seed \(seed): \(filter), page \(page) of \(size)")
                #expect(found.total == Int64(matching.count) && found.isComplete, "seed \(seed): \(filter)")
            }
        }
    }

    @Test("a page far beyond the end is empty", arguments: [1, 2, 1_000_000, Int.max])
    func beyondTheEnd(page: Int) async throws {
        try await withRedis { _, redis, _ in
            let found = try await AuditReader(redis: redis).page(AuditFilter(), page: page, size: 100)
            #expect(found.records.isEmpty && found.total == 0 && found.isComplete)
        }
    }
}
