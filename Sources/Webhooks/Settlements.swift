// What became of deliveries, written to Redis: batched by turn, one atomic script call per partition, fenced by the lease.

import Gateway
import Loop
import Redis
import Telemetry

/// Belongs to one loop. Every operation may be repeated without harm, so a batch whose outcome is unknown is sent again.
final class Settlements: EndOfTurn {
    /// What is kept for tenants to look at.
    var history = DeliveryHistorySettings()
    private static let operationsPerCallMax = 200
    private static let bytesPerCallMax = 4 << 20

    private let loop: EventLoop
    private let redis: RedisClient
    private let log: Logger
    /// The lease under which this loop works on a partition now, if it does.
    private let lease: (Partition) -> Lease?
    /// Says whether the lease holds again, so that a refused commit may be repeated.
    private let onFenced: (Lease) async throws(RedisError) -> Bool
    /// Told when Redis has the outcomes, and when they are void because the partition has another owner.
    private let onSettled: ([Settlement], Partition) -> Void
    private var waiting: [Partition: [Settlement]] = [:]
    private var sending: Set<Partition> = []
    private var isScheduled = false

    init(
        redis: RedisClient, log: Logger, lease: @escaping (Partition) -> Lease?,
        onFenced: @escaping (Lease) async throws(RedisError) -> Bool,
        onSettled: @escaping ([Settlement], Partition) -> Void
    ) {
        loop = redis.loop
        self.redis = redis
        self.log = log
        self.lease = lease
        self.onFenced = onFenced
        self.onSettled = onSettled
    }

    func add(_ operation: Settlement, to partition: Partition) {
        if !isScheduled {
            isScheduled = true
            loop.atEndOfTurn(self)
        }
        waiting[partition, default: []].append(operation)
    }

    func turnEnded() {
        isScheduled = false
        for partition in waiting.keys.sorted() where !sending.contains(partition) {
            sending.insert(partition)
            loop.spawn { await self.drain(partition) }
        }
    }

    /// Sends what waits for the partition until nothing does. Operations of one partition never overtake each other.
    private func drain(_ partition: Partition) async {
        defer { sending.remove(partition) }
        var isDelayed = false
        while let operations = waiting[partition], !operations.isEmpty {
            guard let lease = lease(partition) else {
                // The new owner finds the entries where they are and delivers them again: at least once.
                waiting[partition] = nil
                onSettled(operations, partition)
                return
            }
            let batch = Self.batch(operations)
            do throws(RedisError) {
                do throws(RedisError) {
                    try await commit(batch, under: lease)
                    FaultPoint.settlementCommitted.pass()
                } catch {
                    guard error.isFenced else { throw error }
                    // Either it holds again, or the next look finds none.
                    _ = try await onFenced(lease)
                    continue
                }
                isDelayed = false
                waiting[partition]?.removeFirst(batch.count)
                if waiting[partition]?.isEmpty == true { waiting[partition] = nil }
                onSettled(batch, partition)
            } catch {
                if !isDelayed {
                    log.warning(
                        "outcomes of deliveries wait for Redis",
                        ["partition": partition.number, "waiting": operations.count, "error": "\(error)"])
                }
                isDelayed = true
                await loop.sleep(until: loop.now + .milliseconds(200))
            }
        }
    }

    /// As many of the first operations as one call may carry, at least one.
    private static func batch(_ operations: [Settlement]) -> [Settlement] {
        var bytes = 0
        let count = operations.prefix(operationsPerCallMax).prefix { operation in
            bytes += operation.byteCount
            return bytes <= bytesPerCallMax
        }.count
        return Array(operations.prefix(max(1, count)))
    }

    private func commit(_ operations: [Settlement], under lease: Lease) async throws(RedisError) {
        let partition = lease.partition
        let keys =
            [partition.lease(.worker), partition.webhooks, partition.retry, partition.backlogs]
            + operations.flatMap { $0.keys(in: partition) }
        _ = try await redis.run(Self.script, keys: keys) { command in
            command.append(lease.value)
            command.append(Int64(history.deadLettersMax))
            for operation in operations { operation.append(to: &command) }
        }
    }

    /// KEYS: lease, stream, retry set, names of backlogs, then those of each settlement: the delivery's hash, its backlog, and the
    /// dead letters. ARGV: lease value, bound of the dead letters, then the settlements: what became of it, id, name of its
    /// backlog, its place there if it has one from now on, when it is due, number of fields, fields. An outcome counts only for a
    /// delivery that is still there: one that another owner settled meanwhile does not come back. The first write deletes nothing;
    /// it needs no memory, so Redis lets the others pass even when its memory is full, as settling is what empties it.
    private static let script = RedisScript(
        "settle", sent: .settlementSent,
        """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return redis.error_reply('FENCED another owner has the partition') end
        redis.call('XDEL', KEYS[2], '0-0')
        local i, n = 3, 5
        while i <= #ARGV do
          local kind, id, name, place, fields = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], tonumber(ARGV[i + 5])
          local hash, backlog, dead = KEYS[n], KEYS[n + 1], KEYS[n + 2]
          if kind == 'sent' then
            redis.call('XDEL', KEYS[2], id)
          else
            local isThere = redis.call('XDEL', KEYS[2], id) > 0 or redis.call('ZSCORE', KEYS[3], id)
            if kind == 'waits' then
              if isThere then
                redis.call('HSET', hash, unpack(ARGV, i + 6, i + 5 + fields))
                redis.call('ZADD', KEYS[3], ARGV[i + 4], id)
              end
            else
              if kind == 'dead' and isThere then
                redis.call('XADD', dead, 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, i + 6, i + 5 + fields))
              end
              redis.call('ZREM', KEYS[3], id)
              redis.call('DEL', hash)
            end
            if place ~= '' then
              if isThere then
                redis.call('ZADD', backlog, place, id)
                redis.call('ZADD', KEYS[4], 0, name)
              end
            elseif redis.call('ZREM', backlog, id) > 0 and redis.call('ZCARD', backlog) == 0 then
              redis.call('ZREM', KEYS[4], name)
            end
          end
          i, n = i + 6 + fields, n + 3
        end
        return 1
        """)
}
