// What became of deliveries, written to Redis: batched by turn, one atomic script call per partition, fenced by the lease.

import Gateway
import Loop
import Redis
import Telemetry

/// Belongs to one loop. Every operation may be repeated without harm, so a batch whose outcome is unknown is sent again.
final class Settlements: EndOfTurn {
    /// What is kept for tenants to look at.
    var history: DeliveryHistorySettings {
        didSet { tidied.removeAll() }
    }
    /// How often what is kept of an endpoint is looked after while there are settlements.
    private static let tidyEvery = Duration.seconds(60)
    private static let tidiedMax = 50_000
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
    private let counts: EndpointCounts
    /// When what is kept of an endpoint in a partition was looked after, by its stream of attempts.
    private var tidied: [String: Instant] = [:]

    init(
        redis: RedisClient, history: DeliveryHistorySettings, counts: EndpointCounts, log: Logger,
        lease: @escaping (Partition) -> Lease?,
        onFenced: @escaping (Lease) async throws(RedisError) -> Bool,
        onSettled: @escaping ([Settlement], Partition) -> Void
    ) {
        loop = redis.loop
        self.redis = redis
        self.history = history
        self.counts = counts
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
        if let entry = operation.entry { counts.add(entry, of: operation.delivery.endpoint) }
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
        let now = loop.wallMilliseconds
        let untidy = untidied(operations, in: partition)
        let keys =
            [partition.lease(.worker), partition.webhooks, partition.retry, partition.endpoints]
            + operations.flatMap { $0.keys(in: partition) }
            + untidy.flatMap { [partition.attempts($0), partition.dead($0)] }
        _ = try await redis.run(Self.script, keys: keys) { command in
            command.append(lease.value)
            command.append(Int64(history.attemptsMax))
            command.append(Int64(history.deadLettersMax))
            for operation in operations { operation.append(to: &command) }
            for endpoint in untidy { appendTidying(endpoint, now, to: &command) }
        }
        for endpoint in untidy { tidied[partition.attempts(endpoint)] = loop.now }
    }

    /// Endpoints of these settlements whose streams have not been looked after lately.
    private func untidied(_ operations: [Settlement], in partition: Partition) -> [String] {
        if tidied.count > Self.tidiedMax { tidied.removeAll() }
        var endpoints: [String] = []
        for operation in operations {
            let endpoint = operation.delivery.endpoint
            guard !endpoint.isEmpty, !endpoints.contains(endpoint) else { continue }
            if let last = tidied[partition.attempts(endpoint)], loop.now - last < Self.tidyEvery { continue }
            endpoints.append(endpoint)
        }
        return endpoints
    }

    /// What is too old goes, and all of it goes by itself when nothing more comes: a little later than it must, since the time counts from
    /// here and not from the last entry.
    private func appendTidying(_ endpoint: String, _ now: Int64, to command: inout RedisCommand) {
        func since(_ span: Duration) -> Int64 { max(0, now - span.milliseconds) }
        let slack = Self.tidyEvery * 2
        let longest = max(history.attemptsKept, history.deadLettersKept) + slack
        command.append("tidy")
        command.append(endpoint)
        command.append(now)
        command.append(since(longest))
        for span in [history.attemptsKept, history.deadLettersKept] {
            command.append(since(span))
            command.append((span + slack).milliseconds)
        }
    }

    /// KEYS: lease, stream, retry set, names of endpoints, then those of each settlement: the attempts of its endpoint, and unless it was
    /// sent at once, the delivery's hash and the dead letters. ARGV: lease value, bounds of the attempts and of the dead letters, then
    /// the settlements: what became of it, id, fields of its attempt after their number, and unless it was sent at once, when it is
    /// due, attempts, fields after their number. An outcome counts only for a delivery that is still there: one that another owner settled meanwhile does not come back.
    /// The first write deletes nothing; it needs no memory, so Redis lets the others pass even when its memory is full, as settling is
    /// what empties it. Last come endpoints to be tidied: until when attempts and dead letters are too old, and how long they stay.
    private static let script = RedisScript(
        "settle", sent: .settlementSent,
        """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return redis.error_reply('FENCED another owner has the partition') end
        redis.call('XDEL', KEYS[2], '0-0')
        local i, n = 4, 5
        while i <= #ARGV do
          local kind, id = ARGV[i], ARGV[i + 1]
          if kind == 'sent' then
            local last = i + 2 + tonumber(ARGV[i + 2])
            if redis.call('XDEL', KEYS[2], id) > 0 and last > i + 2 then
              redis.call('XADD', KEYS[n], 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, i + 3, last))
            end
            i, n = last + 1, n + 1
          elseif kind == 'tidy' then
            redis.call('ZADD', KEYS[4], ARGV[i + 2], id)
            redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', ARGV[i + 3])
            for k = 0, 1 do
              redis.call('XTRIM', KEYS[n + k], 'MINID', '=', ARGV[i + 4 + 2 * k])
              redis.call('PEXPIRE', KEYS[n + k], ARGV[i + 5 + 2 * k])
            end
            i, n = i + 8, n + 2
          else
            local first = i + 3
            local last = i + 2 + tonumber(ARGV[i + 2])
            local due, number = ARGV[last + 1], ARGV[last + 2]
            local from = last + 4
            local to = last + 3 + tonumber(ARGV[last + 3])
            local attempts, hash, dead = KEYS[n], KEYS[n + 1], KEYS[n + 2]
            local isThere = redis.call('XDEL', KEYS[2], id) > 0 or redis.call('ZSCORE', KEYS[3], id)
            local isKept = isThere and last >= first
            if kind == 'waits' then
              if isThere then
                isKept = isKept and redis.call('HGET', hash, 'attempts') ~= number
                redis.call('HSET', hash, unpack(ARGV, from, to))
                redis.call('ZADD', KEYS[3], due, id)
              end
              if isKept then redis.call('XADD', attempts, 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, first, last)) end
            else
              if kind == 'dead' and isThere then
                local letter = redis.call('XADD', dead, 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, from, to))
                if isKept then
                  redis.call('XADD', attempts, 'MAXLEN', '~', ARGV[2], '*', 'l', letter, unpack(ARGV, first, last))
                end
              elseif isKept then
                redis.call('XADD', attempts, 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, first, last))
              end
              redis.call('ZREM', KEYS[3], id)
              redis.call('DEL', hash)
            end
            i, n = to + 1, n + 3
          end
        end
        return 1
        """)
}
