// Removes entries that are older than they must be kept, and says so in the log itself. The last entry that was removed stays known as
// `audit:base`, so the chain has a beginning, and an entry of its own tells that the retention put it there.

import Codec
package import Redis

package struct AuditRetention {
    /// Of the entry that tells of it.
    static let action = "audit.trim"
    /// One script call removes so many.
    private static let batch = 200

    private let log: AuditLog
    private var redis: RedisClient { log.redis }

    package init(_ log: AuditLog) { self.log = log }

    /// Returns how many entries it removed.
    /// - Parameters:
    ///   - milliseconds: entries before this moment go.
    ///   - count: so many remain at most.
    package func trim(before milliseconds: Int64, keeping count: Int64) async throws(RedisError) -> Int {
        var removed = 0
        while true {
            let all = try await redis.send(RedisCommand("XLEN", AuditKeys.stream)).integer ?? 0
            let reply = try await redis.send(
                RedisCommand("XRANGE", AuditKeys.stream, "-", "+", "COUNT", String(Self.batch)))
            let entries = reply.array?.compactMap { StreamEntry($0) } ?? []
            let surplus = Int(clamping: all - count)
            let old = entries.enumerated().prefix { place, entry in
                place < surplus || entry.id.milliseconds < UInt64(max(0, milliseconds))
            }.map(\.element)
            guard let last = old.last, try await remove(old, through: last) else { return removed }
            removed += old.count
            guard old.count == Self.batch else { return removed }
        }
    }

    /// False when another process was faster.
    private func remove(_ entries: [StreamEntry], through last: StreamEntry) async throws(RedisError) -> Bool {
        let former = try await redis.send(RedisCommand("GET", AuditKeys.base)).text ?? ""
        let hash = String(decoding: last.value(AuditField.hash) ?? [], as: UTF8.self)
        let entry = AuditEntry(
            Self.action, by: .system("retention"),
            after: ["through": .number(JSONNumber(last.id.sequence))])
        let reply = try await log.chained(entry) { (link) async throws(RedisError) in
            try await redis.run(Self.script, keys: AuditScript.keys([AuditKeys.base], link)) { command in
                AuditScript.append(link, to: &command, keysBefore: 1)
                command.append(former)
                command.append("\(last.id) \(hash)")
                command.append(StreamID(milliseconds: last.id.milliseconds, sequence: last.id.sequence + 1).description)
                for stored in entries {
                    let indexes = AuditRecord(stored)?.entry.indexes ?? [AuditKeys.all]
                    for index in indexes {
                        command.append(index)
                        command.append(AuditIndex.member(stored.id.sequence))
                    }
                }
            }
        }
        return reply.array?.first?.text == "OK"
    }

    /// KEYS of its own: the base. ARGV of its own: the base as it was and as it will be, the first id that stays, then an index and
    /// a member of it that goes, over and over.
    private static let script = RedisScript(
        "audit-trim",
        AuditScript.check + """
            local at = \(AuditScript.argumentCount)
            if (redis.call('GET', KEYS[3]) or '') ~= ARGV[at + 1] then return {'BASE'} end
            redis.call('XTRIM', KEYS[2], 'MINID', ARGV[at + 3])
            for i = at + 4, #ARGV, 2 do redis.call('ZREM', ARGV[i], ARGV[i + 1]) end
            redis.call('SET', KEYS[3], ARGV[at + 2])

            """ + AuditScript.append + "return {'OK'}")
}
