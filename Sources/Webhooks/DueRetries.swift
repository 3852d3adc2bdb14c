// Wakes deliveries whose pause is over. Redis holds them (`weir:{p}:retry`, ordered by due time); this holds one timer per
// partition, set to the earliest, so nothing is polled and a million waiting retries cost no memory here.

import Gateway
import Loop
import Redis
import Telemetry

/// Whom due retries are handed to.
protocol RetryTaker: AnyObject {
    /// Deliveries of a partition that are in memory already, which a scan passes over.
    func inMemory(of partition: Partition) -> Set<StreamID>
    /// Waits for room and takes the delivery.
    func take(due delivery: Delivery, of partition: Partition) async
    /// A member of the retry set has no delivery: there is nothing to deliver, and it must not be found again.
    func discard(_ id: StreamID, of partition: Partition)
}

/// Belongs to one loop.
final class DueRetries {
    private static let perScanMax = 64

    private let loop: EventLoop
    private let redis: RedisClient
    private let log: Logger
    /// The scans' owner.
    private unowned let taker: any RetryTaker
    private var watched: [Partition: Watch] = [:]

    private final class Watch {
        var timer: LoopTimer?
        var due = Instant.never
        var isScanning = false
        /// Something became due during a scan.
        var isDueAgain = false
    }

    init(redis: RedisClient, log: Logger, taker: any RetryTaker) {
        loop = redis.loop
        self.redis = redis
        self.log = log
        self.taker = taker
    }

    func watch(_ partition: Partition) {
        watched[partition]?.timer?.cancel()
        watched[partition] = Watch()
        expect(partition, at: loop.now)
    }

    func unwatch(_ partition: Partition) {
        watched.removeValue(forKey: partition)?.timer?.cancel()
    }

    /// A retry of the partition is due at `wallMilliseconds`.
    func expect(_ partition: Partition, wallMilliseconds: Int64) {
        expect(partition, at: loop.now + .milliseconds(max(0, wallMilliseconds - loop.wallMilliseconds)))
    }

    private func expect(_ partition: Partition, at due: Instant) {
        guard let watch = watched[partition], due < watch.due else { return }
        watch.timer?.cancel()
        watch.due = due
        watch.timer = loop.schedule(at: due) {
            watch.due = .never
            watch.timer = nil
            self.loop.spawn { await self.scan(partition, watch) }
        }
    }

    private func scan(_ partition: Partition, _ watch: Watch) async {
        guard watched[partition] === watch else { return }
        if watch.isScanning {
            watch.isDueAgain = true
            return
        }
        watch.isScanning = true
        do throws(RedisError) {
            try await takeDue(partition, watch)
        } catch {
            log.warning("cannot read due retries", ["partition": partition.number, "error": "\(error)"])
            if watched[partition] === watch { expect(partition, at: loop.now + .seconds(1)) }
        }
        watch.isScanning = false
        guard watch.isDueAgain, watched[partition] === watch else { return }
        watch.isDueAgain = false
        expect(partition, at: loop.now)
    }

    /// Hands over what is due, and sets the timer to what is due next.
    private func takeDue(_ partition: Partition, _ watch: Watch) async throws(RedisError) {
        let now = loop.wallMilliseconds
        let inMemory = taker.inMemory(of: partition)
        let limit = inMemory.count + Self.perScanMax
        let due = try await redis.send(
            RedisCommand("ZRANGEBYSCORE", partition.retry, "-inf", String(now), "LIMIT", "0", String(limit)))
        guard let members = due.array else { throw .unexpectedReply(to: "ZRANGEBYSCORE") }
        var ids: [StreamID] = []
        for member in members.compactMap(\.text) {
            guard let id = StreamID(member) else {
                // Not ours; it would be due for ever, and stand in the way.
                log.error(
                    "a member of the retry set is no delivery and is dropped",
                    ["key": partition.retry, "member": member])
                _ = try await redis.send(RedisCommand("ZREM", partition.retry, member))
                continue
            }
            if !inMemory.contains(id) { ids.append(id) }
        }
        for (id, reading) in ids.map({ ($0, read($0, partition)) }) {
            let found = await reading.value
            guard watched[partition] === watch else { return }
            switch found {
            case .success(let delivery?): await taker.take(due: delivery, of: partition)
            case .success(nil): taker.discard(id, of: partition)
            case .failure(let error): throw error
            }
        }
        if ids.count >= Self.perScanMax { return expect(partition, at: loop.now) }
        let later = try await redis.send(
            RedisCommand("ZRANGEBYSCORE", partition.retry, "(" + String(now), "+inf", "WITHSCORES", "LIMIT", "0", "1"))
        // A score that is no time (infinite) is never due.
        guard watched[partition] === watch, let score = later.array?.last?.text.flatMap({ Double($0) }),
            let due = Int64(exactly: score.rounded())
        else { return }
        expect(partition, wallMilliseconds: due)
    }

    /// All hashes of a scan are asked for in one write.
    private func read(_ id: StreamID, _ partition: Partition) -> PendingRead {
        let pending = PendingRead()
        loop.spawn {
            do throws(RedisError) {
                let reply = try await self.redis.send(RedisCommand("HGETALL", partition.delivery(id)))
                guard let flat = reply.array else { throw .unexpectedReply(to: "HGETALL") }
                let fields = stride(from: 0, to: flat.count - 1, by: 2).map {
                    (name: flat[$0].text ?? "", value: flat[$0 + 1].bytes ?? [])
                }
                pending.finish(.success(Delivery(id: id, fields: fields)))
            } catch {
                // Something else under the delivery's key is no delivery.
                let isForeign = if case .refused("WRONGTYPE", _) = error { true } else { false }
                pending.finish(isForeign ? .success(nil) : .failure(error))
            }
        }
        return pending
    }

    private final class PendingRead {
        private var result: Result<Delivery?, RedisError>?
        private let gate = Gate()

        func finish(_ result: Result<Delivery?, RedisError>) {
            self.result = result
            gate.open()
        }

        var value: Result<Delivery?, RedisError> {
            get async {
                _ = await gate.wait()
                return result ?? .failure(.interrupted("no outcome"))
            }
        }
    }
}
