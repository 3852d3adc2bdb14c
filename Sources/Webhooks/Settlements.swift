// What became of deliveries, written to Redis: batched by turn, one atomic script call per partition, fenced by the lease.

import Gateway
import Loop
import Redis
import Telemetry

/// Belongs to one loop. Every operation may be repeated without harm, so a batch whose outcome is unknown is sent again.
final class Settlements: EndOfTurn {
    enum Operation {
        /// Delivered at the first attempt: the entry leaves the stream.
        case sent(StreamID)
        /// A retry that was delivered.
        case settled(StreamID)
        /// To be tried again at `due` (ms since 1970).
        case retry(Delivery, due: Int64, reason: String)
        /// No attempt is left, or none would help.
        case dead(Delivery, reason: String, detail: String)
    }

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
    private let onSettled: ([Operation], Partition) -> Void
    private var waiting: [Partition: [Operation]] = [:]
    private var sending: Set<Partition> = []
    private var isScheduled = false

    init(
        redis: RedisClient, log: Logger, lease: @escaping (Partition) -> Lease?,
        onFenced: @escaping (Lease) async throws(RedisError) -> Bool,
        onSettled: @escaping ([Operation], Partition) -> Void
    ) {
        loop = redis.loop
        self.redis = redis
        self.log = log
        self.lease = lease
        self.onFenced = onFenced
        self.onSettled = onSettled
    }

    func add(_ operation: Operation, to partition: Partition) {
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
    private static func batch(_ operations: [Operation]) -> [Operation] {
        var bytes = 0
        let count = operations.prefix(operationsPerCallMax).prefix { operation in
            bytes += operation.byteCount
            return bytes <= bytesPerCallMax
        }.count
        return Array(operations.prefix(max(1, count)))
    }

    private func commit(_ operations: [Operation], under lease: Lease) async throws(RedisError) {
        let partition = lease.partition
        let keys =
            [partition.lease(.worker), partition.webhooks, partition.retry]
            + operations.map { partition.delivery($0.id) }
        _ = try await redis.run(Self.script, keys: keys) { command in
            command.append(lease.value)
            command.append(Int64(history.deadLettersMax))
            for operation in operations { operation.append(to: &command, partition) }
        }
    }

    /// KEYS: lease, stream, retry set, then the hash of each operation's delivery. ARGV: lease value, bound of
    /// the dead letters, then the operations. An outcome counts only for a delivery that is still there: one that another owner
    /// settled meanwhile does not come back. The first write deletes nothing; it needs no memory, so Redis lets the others pass
    /// even when its memory is full, as settling is what empties it.
    private static let script = RedisScript(
        "settle", sent: .settlementSent,
        """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return redis.error_reply('FENCED another owner has the partition') end
        redis.call('XDEL', KEYS[2], '0-0')
        local i, n = 3, 3
        while i <= #ARGV do
          local kind, id = ARGV[i], ARGV[i + 1]
          n = n + 1
          if kind == 'sent' then
            redis.call('XDEL', KEYS[2], id)
            i = i + 2
          elseif kind == 'settled' then
            redis.call('ZREM', KEYS[3], id)
            redis.call('DEL', KEYS[n])
            i = i + 2
          elseif kind == 'retry' then
            local fields = tonumber(ARGV[i + 3])
            if redis.call('XDEL', KEYS[2], id) > 0 or redis.call('ZSCORE', KEYS[3], id) then
              redis.call('HSET', KEYS[n], unpack(ARGV, i + 4, i + 3 + fields))
              redis.call('ZADD', KEYS[3], ARGV[i + 2], id)
            end
            i = i + 4 + fields
          else
            local fields = tonumber(ARGV[i + 3])
            if redis.call('XDEL', KEYS[2], id) + redis.call('ZREM', KEYS[3], id) > 0 then
              redis.call('XADD', ARGV[i + 2], 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, i + 4, i + 3 + fields))
            end
            redis.call('DEL', KEYS[n])
            i = i + 4 + fields
          end
        end
        return 1
        """)
}

extension Settlements.Operation {
    var id: StreamID {
        switch self {
        case .sent(let id), .settled(let id): id
        case .retry(let delivery, _, _), .dead(let delivery, _, _): delivery.id
        }
    }

    /// What it adds to a call, roughly.
    fileprivate var byteCount: Int {
        switch self {
        case .sent, .settled: 64
        case .retry(let delivery, _, _), .dead(let delivery, _, _): delivery.record.count + 512
        }
    }

    fileprivate func append(to command: inout RedisCommand, _ partition: Partition) {
        switch self {
        case .sent(let id):
            command.append("sent")
            command.append(id.description)
        case .settled(let id):
            command.append("settled")
            command.append(id.description)
        case .retry(let delivery, let due, let reason):
            command.append("retry")
            command.append(delivery.id.description)
            command.append(due)
            delivery.appendFields(to: &command, and: [("reason", reason)])
        case .dead(let delivery, let reason, let detail):
            command.append("dead")
            command.append(delivery.id.description)
            command.append(partition.dead(delivery.endpoint))
            delivery.appendFields(
                to: &command,
                and: [("delivery", delivery.id.description), ("reason", reason), ("detail", detail)])
        }
    }
}

extension Delivery {
    /// The number of arguments that follow, then names and values.
    fileprivate func appendFields(to command: inout RedisCommand, and more: [(String, String)]) {
        let texts =
            [
                (Name.endpoint, endpoint), (Name.eventID, eventID), (Name.rulesVersion, rulesVersion),
                (Name.inboxID, inboxID), (Name.replay, isReplay ? "1" : ""), (Name.attempts, String(attempts)),
            ] + more
        command.append(Int64(2 * (texts.count + 1)))
        for (name, value) in texts {
            command.append(name)
            command.append(value)
        }
        command.append(Name.record)
        command.append(record)
    }
}
