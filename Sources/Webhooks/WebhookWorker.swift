// Delivers webhooks: takes deliveries of its partitions from Redis, attempts them lane by lane, and settles each outcome.
//
//   weir:{p}:webhooks ──read──▶ lane ──attempt──▶ sent     XDEL
//        weir:{p}:retry ──due──▶  │               failed ─▶ weir:{p}:retry + hash   (XDEL)
//                                 └── lane full ─▶ parked ─▶ weir:{p}:retry + hash   (XDEL)
//                                                 dead   ─▶ weir:{p}:dead           (XDEL)
//
// A delivery leaves its place in Redis only together with the record of its outcome, so a worker may die at any instant; what it
// had under way is attempted again by the next owner, under the same `webhook-id`.

package import Crypto
package import Gateway
package import HTTP
package import Loop
package import Redis
package import Telemetry

/// Belongs to one loop.
package final class WebhookWorker {
    /// What deliveries may hold of a loop's memory; reading pauses above.
    private static let inMemoryMax = 4096
    private static let bytesInMemoryMax = 64 << 20
    /// An endpoint nobody knows may be one that this loop, or this instance, has not been told of yet while a reload goes
    /// round. So its deliveries are looked at again, and given up when they have waited for this long.
    private static let unknownEndpointFor = Duration.seconds(600)
    private static let unknownEndpointPause = Duration.seconds(30)

    private let loop: EventLoop
    private let redis: RedisClient
    private let reader: StreamReader
    private let blocking: RedisClient
    private let sender: WebhookSender
    private let log: Logger
    private let metrics: WebhookMetrics
    private var random: RandomSource
    private var keeper: LeaseKeeper?
    private var settlements: Settlements?
    private let counts: EndpointCounts
    private var retries: DueRetries?

    private var directory: EndpointDirectory
    private var schedule: RetrySchedule
    private let permits: PermitTable
    private let waiter: LoopWaiter
    private var lanes: [String: Lane] = [:]
    /// The partitions to work on, by the leases that allow it.
    private var working: [Partition: Lease] = [:]
    /// What is in memory of each partition, waiting or under way, and not settled yet. Outlives the lease.
    private var known: [Partition: Set<StreamID>] = [:]
    /// Who waits until nothing of a partition is in memory.
    private var settledGates: [Partition: [Gate]] = [:]
    private var inMemory = 0
    private var bytesInMemory = 0
    /// Who waits for room in memory: the reader, and the scans of due retries.
    private var roomGates: [Gate] = []
    private var isStopping = false
    /// The time for attempts under way to end is over.
    private var isCutOff = false
    private let ended = Gate()

    package init(
        redis: RedisClient, blocking: RedisClient, owner: String, client: HTTPClient, directory: EndpointDirectory,
        schedule: RetrySchedule, history: DeliveryHistorySettings, permits: PermitTable, random: RandomSource,
        log: Logger, metrics: WebhookMetrics
    ) {
        loop = redis.loop
        self.redis = redis
        counts = EndpointCounts(redis: redis)
        self.blocking = blocking
        reader = StreamReader(commands: redis, blocking: blocking) { $0.webhooks }
        sender = WebhookSender(loop: redis.loop, client: client)
        self.directory = directory
        self.schedule = schedule
        self.permits = permits
        waiter = LoopWaiter(on: redis.loop)
        self.random = random
        self.log = log
        self.metrics = metrics
        let keeper = LeaseKeeper(role: .worker, owner: owner, redis: redis, holder: self)
        self.keeper = keeper
        settlements = Settlements(
            redis: redis, history: history, counts: counts, log: log, lease: { keeper[$0] },
            onFenced: { (lease) throws(RedisError) in try await keeper.wasFenced(lease) },
            onSettled: { [unowned self] in settled($0, $1) })
        retries = DueRetries(redis: redis, log: log, taker: self)
        waiter.worker.value = self
    }

    /// At a reload: what waits for an endpoint that changed goes to what it is now.
    package func replace(
        directory: EndpointDirectory, schedule: RetrySchedule, history: DeliveryHistorySettings
    ) {
        self.directory = directory
        self.schedule = schedule
        settlements?.history = history
        renewLanes()
    }

    /// Works until `stop`. Start once, as a task of the loop.
    package func run() async {
        let keeping = loop.spawn { await self.keeper?.run() }
        while !isStopping {
            await untilRoom()
            do throws(RedisError) {
                for batch in try await reader.next() { take(batch) }
            } catch {
                guard !isStopping else { break }
                await reader.pause(after: error)
            }
        }
        await keeping.value
        ended.open()
    }

    /// Stops taking deliveries, lets attempts under way end until `deadline`, and gives the leases back.
    package func stop(by deadline: Instant) async {
        isStopping = true
        reader.wake()
        openRoom()
        // What is cut off is in Redis and will be attempted again, under the same id.
        let timer = loop.schedule(at: deadline) {
            self.isCutOff = true
            for (_, gates) in self.settledGates.sorted(by: { $0.key < $1.key }) {
                for gate in gates { gate.open(.timedOut) }
            }
            self.settledGates.removeAll()
        }
        blocking.stop()
        await keeper?.stop()
        timer.cancel()
        counts.flush()
        _ = await ended.wait()
        waiter.worker.value = nil
    }

    private func take(_ batch: StreamBatch) {
        for entry in batch.entries {
            guard reader.advance(batch.partition, to: entry.id) else { return }
            guard let delivery = Delivery(entry) else {
                log.error(
                    "an entry of the webhook stream is no delivery",
                    ["key": batch.partition.webhooks, "id": "\(entry.id)"])
                continue
            }
            FaultPoint.deliveryRead.pass()
            accept(QueuedDelivery(delivery: delivery, partition: batch.partition, isRetry: false))
        }
    }

    // MARK: Deliveries

    private func accept(_ item: QueuedDelivery) {
        guard enter(item.delivery.id, of: item.partition) else { return }
        bytesInMemory += item.delivery.record.count
        place(item)
    }

    /// Counts a delivery as in memory, unless it is already, or the partition is not this loop's to work on any more.
    private func enter(_ id: StreamID, of partition: Partition) -> Bool {
        guard working[partition] != nil, known[partition, default: []].insert(id).inserted else { return false }
        inMemory += 1
        metrics.waiting.add(1)
        return true
    }

    /// Puts a delivery that is in memory into its lane, or settles it where that is impossible.
    private func place(_ item: QueuedDelivery) {
        guard let lane = lane(for: item.delivery.endpoint) else {
            let age = loop.wallMilliseconds - item.delivery.acceptedAt
            guard age < Self.unknownEndpointFor.milliseconds else {
                return giveUp(item, .endpointRemoved, detail: "no endpoint of this name is configured")
            }
            return retry(item, after: Self.unknownEndpointPause, reason: FailureReason.endpointRemoved.rawValue)
        }
        let share = LaneShare(freeCount: Self.inMemoryMax - inMemory, freeBytes: Self.bytesInMemoryMax - bytesInMemory)
        if lane.offer(item, within: share) {
            pump(lane)
        } else {
            metrics.parked.increment()
            retry(item, after: lane.returnTime(now: loop.now) - loop.now, reason: "queue_full")
        }
    }

    private func renewLanes() {
        let stale = lanes.filter { directory[$0.key] != $0.value.prepared.endpoint || $0.value.isEmpty }
        for id in stale.keys { lanes[id] = nil }
        for item in stale.values.flatMap({ $0.drop() }) { place(item) }
    }

    private func lane(for id: String) -> Lane? {
        guard let endpoint = directory[id] else { return nil }
        if let lane = lanes[id], lane.prepared.endpoint == endpoint { return lane }
        do {
            let lane = Lane(try PreparedEndpoint(endpoint), permits.permits(of: id))
            lanes[id] = lane
            return lane
        } catch {
            log.error("the endpoint cannot be used", ["endpoint": id, "error": "\(error)"])
            return nil
        }
    }

    /// Starts as many attempts as there are permits. While something waits, this loop is noted for the next permit.
    private func pump(_ lane: Lane) {
        while lane.hasWaiting, lane.permits.take(limit: lane.prepared.endpoint.concurrency, for: waiter) { begin(lane) }
    }

    /// A permit that another attempt gave back is this loop's: it is used, or passed on.
    fileprivate func granted(_ permits: EndpointPermits) {
        guard let lane = lanes[permits.endpoint], lane.hasWaiting else { return permits.giveBack() }
        begin(lane)
        pump(lane)
    }

    private func begin(_ lane: Lane) {
        guard let item = lane.start() else { return lane.permits.giveBack() }
        metrics.underWay.add(1)
        loop.spawn {
            let started = self.loop.now
            await self.attempt(item, lane)
            self.metrics.underWay.subtract(1)
            lane.finish(after: self.loop.now - started)
            lane.permits.giveBack()
        }
    }

    private func attempt(_ item: QueuedDelivery, _ lane: Lane) async {
        let started = loop.now
        let startedAt = loop.wallMilliseconds
        FaultPoint.deliveryAttempting.pass()
        let result = await sender.attempt(item.delivery, to: lane.prepared)
        FaultPoint.deliveryAnswered.pass()
        metrics.attemptSeconds.observe(loop.now - started)
        var item = item
        item.delivery.attempts += 1
        let record = AttemptRecord(
            result, number: item.delivery.attempts, startedAt: startedAt, latency: loop.now - started)
        switch result.outcome {
        case .delivered(let status):
            metrics.attempts[.delivered].increment()
            metrics.deliverySeconds.observe(.milliseconds(loop.wallMilliseconds - item.delivery.acceptedAt))
            log.debug("delivered", fields(item, detail: "status \(status)"))
            settle(item, item.isRetry ? .settled : .sent, record)
        case .failed(let reason, let detail, let retryAfter):
            metrics.attempts[.failed].increment()
            metrics.failures[reason].increment()
            let chance = Double(random.next() >> 11) / Double(1 << 53)
            guard let pause = schedule.pause(after: item.delivery.attempts, retryAfter: retryAfter, random: chance)
            else {
                return giveUp(item, reason, detail: detail, record)
            }
            log.info("an attempt failed and will be repeated", fields(item, detail: detail))
            retry(item, after: pause, reason: reason.rawValue, record)
        case .refused(let reason, let detail):
            metrics.attempts[.refused].increment()
            metrics.failures[reason].increment()
            giveUp(item, reason, detail: detail, record)
        }
    }

    private func retry(
        _ item: QueuedDelivery, after pause: Duration, reason: String, _ attempt: AttemptRecord? = nil
    ) {
        let due = loop.wallMilliseconds + pause.milliseconds
        settle(item, .retry(due: due, reason: reason, holdsLine: false), attempt)
    }

    private func giveUp(
        _ item: QueuedDelivery, _ reason: FailureReason, detail: String, _ attempt: AttemptRecord? = nil
    ) {
        metrics.dead.increment()
        log.warning("a delivery became a dead letter", fields(item, detail: detail))
        settle(item, .dead(reason: reason.rawValue, detail: detail), attempt)
    }

    private func fields(_ item: QueuedDelivery, detail: String) -> LogFields {
        [
            "endpoint": item.delivery.endpoint, "event": item.delivery.eventID, "attempts": item.delivery.attempts,
            "detail": detail,
        ]
    }

    private func settle(_ item: QueuedDelivery, _ outcome: Settlement.Outcome, _ attempt: AttemptRecord? = nil) {
        bytesInMemory -= item.delivery.record.count
        let settlement = Settlement(
            delivery: item.delivery, line: item.delivery.endpoint, outcome: outcome, attempt: attempt)
        settlements?.add(settlement, to: item.partition)
    }

    /// Redis has the outcomes, or they are void because the partition has another owner.
    private func settled(_ settlements: [Settlement], _ partition: Partition) {
        for settlement in settlements {
            if case .retry(let due, _, _) = settlement.outcome { retries?.expect(partition, wallMilliseconds: due) }
        }
        leaveMemory(settlements.map(\.id), of: partition)
    }

    private func leaveMemory(_ ids: some Collection<StreamID>, of partition: Partition) {
        known[partition]?.subtract(ids)
        inMemory -= ids.count
        metrics.waiting.subtract(ids.count)
        if known[partition]?.isEmpty == true {
            known[partition] = nil
            for gate in settledGates.removeValue(forKey: partition) ?? [] { gate.open() }
        }
        if hasRoom { openRoom() }
    }

    private var hasRoom: Bool { inMemory < Self.inMemoryMax && bytesInMemory < Self.bytesInMemoryMax }

    private func openRoom() {
        for gate in roomGates { gate.open() }
        roomGates.removeAll()
    }

    private func untilRoom() async {
        while !hasRoom, !isStopping {
            let gate = Gate()
            roomGates.append(gate)
            _ = await gate.wait()
        }
    }
}

extension WebhookWorker: RetryTaker {
    func inMemory(of partition: Partition) -> Set<StreamID> { known[partition] ?? [] }

    func take(due delivery: Delivery, of partition: Partition) async {
        await untilRoom()
        FaultPoint.deliveryDue.pass()
        accept(QueuedDelivery(delivery: delivery, partition: partition, isRetry: true))
    }

    func discard(_ id: StreamID, of partition: Partition) {
        guard enter(id, of: partition) else { return }
        log.error("a waiting retry has lost its delivery", ["key": partition.delivery(id)])
        let nothing = Delivery(id: id, endpoint: "", eventID: "", record: [], rulesVersion: "")
        settlements?.add(Settlement(delivery: nothing, line: "", outcome: .settled), to: partition)
    }
}

extension WebhookWorker: LeaseHolder {
    package func gained(_ lease: Lease) {
        working[lease.partition] = lease
        reader.add(lease.partition, from: .zero)
        retries?.watch(lease.partition)
    }

    package func yield(_ lease: Lease) async {
        leave(lease)
        guard known[lease.partition] != nil, !isCutOff else { return }
        let gate = Gate()
        settledGates[lease.partition, default: []].append(gate)
        _ = await gate.wait()
    }

    package func lost(_ lease: Lease) {
        log.warning("lost a partition", ["partition": lease.partition.number])
        leave(lease)
    }

    /// What waits in memory is forgotten, as it is in Redis; what is under way ends.
    private func leave(_ lease: Lease) {
        let partition = lease.partition
        guard working[partition] == lease else { return }
        working[partition] = nil
        reader.remove(partition)
        retries?.unwatch(partition)
        for lane in lanes.values {
            let dropped = lane.drop(partition)
            bytesInMemory -= dropped.reduce(0) { $0 + $1.delivery.record.count }
            leaveMemory(dropped.map(\.delivery.id), of: partition)
        }
    }
}

/// How permits find a worker from other loops.
private final class LoopWaiter: EndpointPermits.Waiter {
    let worker: LoopLocal<WebhookWorker>

    init(on loop: EventLoop) { worker = LoopLocal(on: loop) }

    func granted(_ permits: EndpointPermits) {
        worker.loop.submit { [worker] in
            // A worker that has stopped has no use for it; others may.
            if let worker = worker.value { worker.granted(permits) } else { permits.giveBack() }
        }
    }
}

extension AttemptRecord {
    fileprivate init(_ result: AttemptResult, number: Int, startedAt: Int64, latency: Duration) {
        let (reason, detail): (FailureReason?, String) =
            switch result.outcome {
            case .delivered: (nil, "")
            case .failed(let reason, let detail, _), .refused(let reason, let detail): (reason, detail)
            }
        self.init(
            number: number, startedAt: startedAt, latency: latency, status: result.status, reason: reason?.rawValue,
            detail: detail, answer: result.answer)
    }
}
