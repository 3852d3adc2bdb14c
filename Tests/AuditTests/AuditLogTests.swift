// The audit log on a real Redis: appending.

import Crypto
import Loop
import Redis
import TestSupport
import Testing

@testable import Audit

@Suite struct AuditLogTests {
    @Test("writers on several connections append at once, and the chain does not fork")
    func concurrency() async throws {
        try await withRedis { loop, redis, server in
            let others = (0..<4).map { _ in
                RedisClient(loop: loop, address: server.address, resolver: Resolver(loop: loop))
            }
            for other in others { loop.spawn { await other.run() } }
            for other in others { _ = await other.untilConnected(by: loop.now + .seconds(20)) }
            let logs = try others.map { try AuditLog(redis: $0) }
            let count = 200
            var appended = 0
            let done = Gate()
            for number in 0..<count {
                loop.spawn {
                    do throws(RedisError) {
                        try await logs[number % logs.count].append(
                            AuditEntry("test.\(number)", by: .system("test"), tenant: "t"))
                    } catch {
                        Issue.record(error)
                    }
                    appended += 1
                    if appended == count { done.open() }
                }
            }
            _ = await done.wait()
            let entries = try await redis.send(RedisCommand("XRANGE", AuditKeys.stream, "-", "+")).array?.compactMap {
                StreamEntry($0)
            }
            #expect(entries?.map(\.id.sequence) == Array(1...UInt64(count)))
            var hasher = try AuditHasher()
            var hash = AuditHead.none.hash
            for entry in entries ?? [] {
                let document = entry.value("entry") ?? []
                hash = try hasher.hash(document.span, id: entry.id, after: hash)
                #expect(entry.value("hash") == Array(hash.description.utf8))
            }
            let indexed = try await redis.send(RedisCommand("ZCARD", AuditKeys.tenant("t")))
            #expect(indexed == .integer(Int64(count)))
            for other in others { other.stop() }
        }
    }
}
