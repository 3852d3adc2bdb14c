// Consumes the inboxes of the partitions it holds: reads in batches, decides by the rules, commits.

package import Gateway
import Loop
package import Redis
import Rules
package import Telemetry

/// Belongs to one loop.
package final class Router {
    /// Bounds of one commit, during which Redis serves nobody else: some 5 ms. One event may exceed them, as all its targets
    /// belong in one step.
    private static let entriesPerCommitMax = 512
    private static let bytesPerCommitMax = 4 << 20
    /// Before asking a Redis again that failed.
    private static let redisPause = Duration.milliseconds(200)

    private let loop: EventLoop
    private let redis: RedisClient
    private let blocking: RedisClient
    private let reader: StreamReader
    private let log: Logger
    private let metrics: RoutingMetrics
    /// What stays of routed events in the inboxes, for a look back.
    package var history: HistorySettings
    private var planner: RoutingPlanner
    private let isDisabled: (String) -> Bool
    private var keeper: LeaseKeeper?
    /// The partitions to work on, by the leases that allow it.
    private var working: [Partition: Lease] = [:]
    /// What is in the inboxes of these partitions behind the cursor.
    private var kept: [Partition: InboxHistory] = [:]
    private var isStopping = false
    private let ended = Gate()

    package init(
        redis: RedisClient, blocking: RedisClient, owner: String, table: RoutingTable, subscribers: SubscriberTable,
        history: HistorySettings, isDisabled: @escaping (String) -> Bool, log: Logger, metrics: RoutingMetrics
    ) {
        loop = redis.loop
        self.redis = redis
        self.blocking = blocking
        reader = StreamReader(commands: redis, blocking: blocking) { $0.inbox }
        planner = RoutingPlanner(table, subscribers, isDisabled: isDisabled)
        self.isDisabled = isDisabled
        self.history = history
        self.log = log
        self.metrics = metrics
        keeper = LeaseKeeper(role: .router, owner: owner, redis: redis, holder: self)
    }

    /// Replaced whole between two batches.
    package var table: RoutingTable {
        get { planner.table }
        set { planner = RoutingPlanner(newValue, planner.subscribers, isDisabled: isDisabled) }
    }

    /// The same, by itself.
    package var subscribers: SubscriberTable {
        get { planner.subscribers }
        set { planner.subscribers = newValue }
    }

    /// Routes until `stop`. Start once, as a task of the loop.
    package func run() async {
        let keeping = loop.spawn { await self.keeper?.run() }
        while !isStopping {
            do throws(RedisError) {
                let commits = try await reader.next().map { batch in
                    loop.spawn { await self.route(batch) }
                }
                for commit in commits { await commit.value }
            } catch {
                guard !isStopping else { break }
                await reader.pause(after: error)
            }
        }
        await keeping.value
        ended.open()
    }

    /// Ends after the batch under way and gives the leases back.
    package func stop() async {
        isStopping = true
        reader.wake()
        blocking.stop()
        await keeper?.stop()
        _ = await ended.wait()
    }

    /// Reads the cursor, and begins behind it.
    private func enter(_ lease: Lease) async {
        let partition = lease.partition
        while working[partition] == lease, !isStopping {
            do throws(RedisError) {
                let reply = try await redis.send(RedisCommand("GET", partition.cursor))
                let cursor = reply.text.flatMap { StreamID($0) } ?? .zero
                let history = try await InboxHistory.read(partition, cursor: cursor, from: redis)
                // The lease may have gone while the questions were under way.
                guard working[partition] == lease else { return }
                kept[partition] = history
                await noteRecording(partition)
                guard working[partition] == lease else { return }
                reader.add(partition, from: cursor)
                return
            } catch {
                await loop.sleep(until: loop.now + Self.redisPause)
            }
        }
    }

    /// Notes where the inbox begins, unless it is known. Only a replay wants to know, so nothing waits for it to succeed.
    private func noteRecording(_ partition: Partition) async {
        do throws(RedisError) {
            let first = try await redis.send(RedisCommand("XRANGE", partition.inbox, "-", "+", "COUNT", "1"))
            let oldest = first.array?.first.flatMap(StreamEntry.init)?.id
            let now = StreamID(milliseconds: UInt64(max(0, loop.wallMilliseconds)), sequence: 0)
            _ = try await redis.send(RedisCommand("SET", partition.kept, (oldest ?? now).description, "NX"))
        } catch {
            log.debug(
                "cannot note since when events are recorded", ["partition": partition.number, "error": "\(error)"])
        }
    }

    /// Routes a batch in as many commits as its size asks for.
    private func route(_ batch: StreamBatch) async {
        guard let lease = working[batch.partition] else { return }
        FaultPoint.routingRead.pass()
        var from = batch.from
        var entries = batch.entries[...]
        while !entries.isEmpty, working[batch.partition] == lease {
            let started = loop.now
            let part = plan(&entries)
            let keepSince = UInt64(max(0, loop.wallMilliseconds - history.keep.milliseconds))
            let keepFrom = kept[batch.partition, default: InboxHistory()].cut(
                before: keepSince, entriesMax: history.entriesMax - part.ids.count)
            let commit = RoutingCommit(
                lease: lease, from: from, to: part.last, keepFrom: keepFrom, entries: part.planned)
            do throws(RedisError) {
                try await commit.run(on: redis)
                FaultPoint.routingCommitted.pass()
                from = part.last
                kept[batch.partition]?.add(part.ids)
                reader.advance(batch.partition, to: from)
                count(part, since: started)
            } catch {
                // What is left is read again, from where the cursor stands.
                return await recover(from: error, lease)
            }
        }
    }

    /// What one commit routes.
    private struct Part {
        /// The inbox entry that it ends with.
        var last: StreamID
        let rules: RuleSet
        var planned: [PlannedEntry] = []
        var bytes = 0
        /// The entry of each event.
        var ids: [StreamID] = []
        var unmatched = 0
        /// The routes that matched, each event's, and those that were only counted.
        var routes: [Int] = []
        var shadows: [Int] = []
    }

    /// Takes entries off the front until their targets are enough for one commit: at least one.
    private func plan(_ entries: inout ArraySlice<StreamEntry>) -> Part {
        var part = Part(last: .zero, rules: planner.table.rules)
        while let entry = entries.first {
            let planned = planner.plan(entry.value("event") ?? [], from: entry.id)
            let bytes = planned.reduce(0) { $0 + $1.byteCount }
            let isEnough =
                part.planned.count + planned.count > Self.entriesPerCommitMax
                || part.bytes + bytes > Self.bytesPerCommitMax
            if isEnough, !part.ids.isEmpty { return part }
            part.last = entry.id
            part.planned += planned
            part.bytes += bytes
            part.ids.append(entry.id)
            part.routes += planner.decision.routes
            part.shadows += planner.decision.shadows
            if planned.isEmpty { part.unmatched += 1 }
            entries.removeFirst()
        }
        return part
    }

    private func recover(from error: RedisError, _ lease: Lease) async {
        switch error {
        case .refused("FENCED", _):
            // Unless the keeper gets the lease back, it says `lost`.
            _ = try? await keeper?.wasFenced(lease)
        case .refused("MOVED", _):
            // An earlier commit whose reply was lost did happen: go on from where it left the cursor.
            await enter(lease)
        default:
            log.warning("a batch waits for Redis", ["partition": lease.partition.number, "error": "\(error)"])
            await loop.sleep(until: loop.now + Self.redisPause)
        }
    }

    private func count(_ part: Part, since started: Instant) {
        metrics.events.increment(by: part.ids.count)
        metrics.unmatched.increment(by: part.unmatched)
        metrics.shadowMatches.increment(by: part.shadows.count)
        part.rules.matches.add(part.routes)
        part.rules.matches.add(part.shadows)
        metrics.batchSeconds.observe(loop.now - started)
        for entry in part.planned {
            if let target = RoutingMetrics.Target(rawValue: entry.stream.rawValue) {
                metrics.entries[target].increment()
            }
        }
        for id in part.ids {
            let waited = loop.wallMilliseconds - Int64(clamping: id.milliseconds)
            metrics.waitSeconds.observe(.milliseconds(waited))
        }
    }
}

extension Router: LeaseHolder {
    package func gained(_ lease: Lease) {
        working[lease.partition] = lease
        loop.spawn { await self.enter(lease) }
    }

    /// A batch under way need not be waited for: its commit either comes before the lease is given back, or is refused.
    package func yield(_ lease: Lease) async { leave(lease) }

    package func lost(_ lease: Lease) {
        log.warning("lost a partition", ["partition": lease.partition.number])
        leave(lease)
    }

    private func leave(_ lease: Lease) {
        guard working[lease.partition] == lease else { return }
        working[lease.partition] = nil
        kept[lease.partition] = nil
        reader.remove(lease.partition)
    }
}
