// What verification finds when somebody laid hands on Redis.

import Crypto
import Loop
import Redis
import TestSupport
import Testing

@testable import Audit

@Suite struct AuditVerificationTests {
    private static func fill(_ redis: RedisClient, _ count: Int = 20) async throws -> AuditLog {
        let log = try AuditLog(redis: redis)
        for number in 1...count {
            try await log.append(AuditEntry("test.\(number)", by: .system("test"), tenant: "t\(number % 2)"))
        }
        return log
    }

    private static func entries(_ redis: RedisClient) async throws -> [StreamEntry] {
        try await redis.send(RedisCommand("XRANGE", AuditKeys.stream, "-", "+")).array?.compactMap { StreamEntry($0) }
            ?? []
    }

    /// Replaces the stream by these entries, as somebody would who edits it.
    private static func rewrite(_ redis: RedisClient, _ entries: [(StreamID, entry: [UInt8], hash: [UInt8])])
        async throws
    {
        _ = try await redis.send(RedisCommand("DEL", AuditKeys.stream))
        for (id, entry, hash) in entries {
            var command = RedisCommand("XADD", AuditKeys.stream, id.description, "entry")
            command.append(entry)
            command.append("hash")
            command.append(hash)
            _ = try await redis.send(command)
        }
    }

    private static func parts(_ redis: RedisClient) async throws -> [(StreamID, entry: [UInt8], hash: [UInt8])] {
        try await entries(redis).map { ($0.id, $0.value("entry") ?? [], $0.value("hash") ?? []) }
    }

    @Test("a log as Weir wrote it is right, also an empty one, also while it is written")
    func right() async throws {
        try await withRedis { loop, redis, _ in
            let empty = try await AuditVerification.run(redis: redis)
            #expect(empty.faults == [] && empty.head == .none && empty.first == nil)
            let log = try await Self.fill(redis, 1100)
            let whole = try await AuditVerification.run(redis: redis)
            #expect(whole.faults == [] && whole.first == 1 && whole.head.number == 1100)
            let done = Gate()
            loop.spawn {
                for _ in 0..<50 { try? await log.append(AuditEntry("test.more", by: .system("test"))) }
                done.open()
            }
            let busy = try await AuditVerification.run(redis: redis, notes: [whole.head])
            #expect(busy.faults == [])
            _ = await done.wait()
        }
    }

    @Test("an entry that is removed, edited, exchanged or put in is found")
    func edits() async throws {
        try await withRedis { _, redis, _ in
            _ = try await Self.fill(redis)
            let whole = try await Self.parts(redis)
            _ = try await redis.send(RedisCommand("XDEL", AuditKeys.stream, whole[6].0.description))
            var verdict = try await AuditVerification.run(redis: redis)
            #expect(verdict.faults == [.gap(after: 6, before: 8)])

            var edited = whole
            edited[6].entry = Array(String(decoding: whole[6].entry, as: UTF8.self).replacing("t1", with: "t0").utf8)
            #expect(edited[6].entry != whole[6].entry)
            try await Self.rewrite(redis, edited)
            verdict = try await AuditVerification.run(redis: redis)
            #expect(verdict.faults == [.altered(number: 7)])

            // The editor knows how hashes are made, but not that all that follow must be made anew.
            var hasher = try AuditHasher()
            let former = try #require(AuditHead("\(whole[5].0) \(String(decoding: whole[5].hash, as: UTF8.self))"))
            let entry = edited[6].entry
            edited[6].hash = Array(try hasher.hash(entry.span, id: whole[6].0, after: former.hash).description.utf8)
            try await Self.rewrite(redis, edited)
            verdict = try await AuditVerification.run(redis: redis)
            #expect(verdict.faults == [.altered(number: 8)])

            var exchanged = whole
            (exchanged[3].entry, exchanged[4].entry) = (whole[4].entry, whole[3].entry)
            try await Self.rewrite(redis, exchanged)
            verdict = try await AuditVerification.run(redis: redis)
            #expect(verdict.faults == [.altered(number: 4), .altered(number: 5)])

            var later = whole
            later[6].0 = StreamID(milliseconds: whole[6].0.milliseconds + 1, sequence: 7)
            for index in 7..<later.count {
                later[index].0 = StreamID(
                    milliseconds: later[index].0.milliseconds + 1, sequence: later[index].0.sequence)
            }
            try await Self.rewrite(redis, later)
            verdict = try await AuditVerification.run(redis: redis)
            #expect(verdict.faults.prefix(1) == [.altered(number: 7)])

            var broken = whole
            broken[6].entry = Array("{}".utf8)
            try await Self.rewrite(redis, broken)
            verdict = try await AuditVerification.run(redis: redis)
            #expect(verdict.faults.contains(.unreadable(id: whole[6].0)))
        }
    }

    @Test("a cut at either end is found, and a head that was moved")
    func cuts() async throws {
        try await withRedis { _, redis, _ in
            _ = try await Self.fill(redis)
            let whole = try await Self.parts(redis)
            let head = try await redis.send(RedisCommand("GET", AuditKeys.head)).text ?? ""
            try await Self.rewrite(redis, Array(whole.dropFirst(3)))
            var verdict = try await AuditVerification.run(redis: redis)
            #expect(verdict.faults == [.cutAtStart(expected: 1, found: 4)])
            // With a base that pretends retention did it.
            let base = "\(whole[2].0) \(String(decoding: whole[2].hash, as: UTF8.self))"
            _ = try await redis.send(RedisCommand("SET", AuditKeys.base, base))
            verdict = try await AuditVerification.run(redis: redis)
            #expect(verdict.faults == [.unexplainedStart(number: 3)])
            _ = try await redis.send(RedisCommand("DEL", AuditKeys.base))

            try await Self.rewrite(redis, Array(whole.dropLast(2)))
            verdict = try await AuditVerification.run(redis: redis)
            #expect(verdict.faults == [.cutAtEnd(last: 18, head: 20)])
            // With a head moved back to match: only who noted the head elsewhere can tell.
            let moved = "\(whole[17].0) \(String(decoding: whole[17].hash, as: UTF8.self))"
            _ = try await redis.send(RedisCommand("SET", AuditKeys.head, moved))
            verdict = try await AuditVerification.run(redis: redis)
            #expect(verdict.faults == [])
            verdict = try await AuditVerification.run(redis: redis, notes: [try #require(AuditHead(head))])
            #expect(verdict.faults == [.notNoted(number: 20)])

            try await Self.rewrite(redis, whole)
            verdict = try await AuditVerification.run(redis: redis)
            #expect(verdict.faults == [.anotherHead(number: 18)])
            _ = try await redis.send(RedisCommand("SET", AuditKeys.head, "nonsense"))
            verdict = try await AuditVerification.run(redis: redis)
            #expect(verdict.faults == [.unreadableHead])
            _ = try await redis.send(RedisCommand("DEL", AuditKeys.head, AuditKeys.stream))
            verdict = try await AuditVerification.run(redis: redis, notes: [try #require(AuditHead(head))])
            #expect(verdict.faults == [.notNoted(number: 20)])
        }
    }

    @Test("what retention removes leaves a right log, its indexes and an entry that says so")
    func retention() async throws {
        try await withRedis { _, redis, _ in
            let log = try await Self.fill(redis, 450)
            let old = try await AuditVerification.run(redis: redis).head
            let cut = try await Self.entries(redis)[299].id
            let retention = AuditRetention(log)
            var removed = try await retention.trim(before: Int64(cut.milliseconds), keeping: .max)
            let surplus = 450 - 150 - removed
            removed += try await retention.trim(before: 0, keeping: 151)
            #expect(removed >= 300 && surplus >= 0)
            let verdict = try await AuditVerification.run(redis: redis, notes: [old])
            #expect(verdict.faults == [] && (verdict.first ?? 0) > 300)
            let last = try await Self.entries(redis).last.flatMap(AuditRecord.init)
            #expect(last?.entry.action == "audit.trim")
            let page = try await AuditReader(redis: redis).page(AuditFilter(), page: 1, size: 100)
            let kept = try await Self.entries(redis).count
            #expect(page.total == Int64(kept) && page.records.first?.number == last?.number)
            let again = try await retention.trim(before: 0, keeping: .max)
            #expect(again == 0)
        }
    }
}
