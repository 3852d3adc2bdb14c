// The one atomic step of routing: append to the targets and move the cursor, fenced by the lease. Either all of a batch has been
// routed or none of it, and a batch whose outcome is unknown cannot be routed twice, since the cursor must stand where the batch
// began.

import Gateway
import Loop
import Redis

struct RoutingCommit {
    let lease: Lease
    /// Where the cursor stood when the batch was read, and where it stands afterwards.
    let from: StreamID
    let to: StreamID
    /// Entries of the inbox before this one leave it; never beyond `to`.
    let keepFrom: StreamID
    let entries: [PlannedEntry]

    func run(on redis: RedisClient) async throws(RedisError) {
        let partition = lease.partition
        let streams = PlannedEntry.Stream.allCases
        let keys =
            [partition.lease(.router), partition.cursor, partition.inbox, partition.kept]
            + streams.map { $0.key(partition) }
        _ = try await redis.run(Self.script, keys: keys) { command in
            command.append(lease.value)
            command.append(from.description)
            command.append(to.description)
            command.append(min(keepFrom, to).description)
            for entry in entries {
                command.append(Int64(5 + (streams.firstIndex(of: entry.stream) ?? 0)))
                command.append(Int64(2 * entry.fields.count))
                for (name, value) in entry.fields {
                    command.append(name)
                    command.append(value)
                }
            }
        }
    }

    /// Trimming comes first as it is a write that needs no memory: the others may then pass although Redis is full. What was
    /// accepted must get through, or nothing would ever leave. It takes only what this very step has routed.
    private static let script = RedisScript(
        "route", sent: .routingCommitSent,
        """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return redis.error_reply('FENCED another owner has the partition') end
        if (redis.call('GET', KEYS[2]) or '0-0') ~= ARGV[2] then return redis.error_reply('MOVED the cursor stands elsewhere') end
        if redis.call('XTRIM', KEYS[3], 'MINID', '~', ARGV[4]) > 0 then redis.call('SET', KEYS[4], ARGV[4]) end
        local i = 5
        while i <= #ARGV do
          local last = i + 1 + tonumber(ARGV[i + 1])
          redis.call('XADD', KEYS[tonumber(ARGV[i])], '*', unpack(ARGV, i + 2, last))
          i = last + 1
        end
        redis.call('SET', KEYS[2], ARGV[3])
        return 1
        """)
}

extension PlannedEntry.Stream {
    func key(_ partition: Partition) -> String {
        switch self {
        case .webhooks: partition.webhooks
        case .accounts: partition.accounts
        case .outbound: partition.outbound
        case .alerts: partition.alerts
        case .unroutable: partition.unroutable
        }
    }
}
