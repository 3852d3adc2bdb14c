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
    static let inMemoryMax = 4096
    static let bytesInMemoryMax = 64 << 20
    /// An endpoint nobody knows may be one that this loop, or this instance, has not been told of yet while a reload goes
    /// round. So its deliveries are looked at again, and given up when they have waited for this long.
    static let unknownEndpointFor = Duration.seconds(600)
    static let unknownEndpointPause = Duration.seconds(30)

    let loop: EventLoop
    let redis: RedisClient
    let reader: StreamReader
    let blocking: RedisClient
    let sender: WebhookSender
    let log: Logger
    let metrics: WebhookMetrics
    var random: RandomSource
    var keeper: LeaseKeeper?
    var settlements: Settlements?
    let counts: EndpointCounts
    var retries: DueRetries?

    var directory: EndpointDirectory
    var terms: DeliveryTerms
    let endpoints: EndpointBook
    let states: EndpointStateStore
    let herald: EndpointHerald?
    /// Whether `endpoints` has what Redis knows.
    var hasStates = false
    let waiter: LoopWaiter
    var lanes: [String: Lane] = [:]
    /// The partitions to work on, by the leases that allow it.
    var working: [Partition: Lease] = [:]
    /// What is in memory of each partition, waiting or under way, and not settled yet. Outlives the lease.
    var known: [Partition: Set<StreamID>] = [:]
    /// Who waits until nothing of a partition is in memory.
    var settledGates: [Partition: [Gate]] = [:]
    var inMemory = 0
    var bytesInMemory = 0
    /// Who waits for room in memory: the reader, and the scans of due retries.
    var roomGates: [Gate] = []
    var isStopping = false
    /// The time for attempts under way to end is over.
    var isCutOff = false
    let ended = Gate()

    package init(
        redis: RedisClient, blocking: RedisClient, owner: String, client: HTTPClient, directory: EndpointDirectory,
        terms: DeliveryTerms, endpoints: EndpointBook, herald: EndpointHerald?, random: RandomSource, log: Logger,
        metrics: WebhookMetrics
    ) {
        loop = redis.loop
        self.redis = redis
        counts = EndpointCounts(redis: redis)
        self.blocking = blocking
        reader = StreamReader(commands: redis, blocking: blocking) { $0.webhooks }
        sender = WebhookSender(loop: redis.loop, client: client)
        self.directory = directory
        self.terms = terms
        self.endpoints = endpoints
        self.herald = herald
        states = EndpointStateStore(redis: redis, table: endpoints)
        waiter = LoopWaiter(on: redis.loop)
        self.random = random
        self.log = log
        self.metrics = metrics
        let keeper = LeaseKeeper(role: .worker, owner: owner, redis: redis, holder: self)
        self.keeper = keeper
        settlements = Settlements(
            redis: redis, history: terms.history, counts: counts, log: log, lease: { keeper[$0] },
            onFenced: { (lease) throws(RedisError) in try await keeper.wasFenced(lease) },
            onSettled: { [unowned self] in settled($0, $1) })
        retries = DueRetries(redis: redis, log: log, taker: self)
        waiter.worker.value = self
        endpoints.add(waiter)
    }

    /// At a reload: what waits for an endpoint that changed goes to what it is now.
    package func replace(directory: EndpointDirectory, terms: DeliveryTerms) {
        self.directory = directory
        self.terms = terms
        settlements?.history = terms.history
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
        endpoints.remove(waiter)
        waiter.worker.value = nil
    }

    func take(_ batch: StreamBatch) {
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

    func accept(_ item: QueuedDelivery) {
        guard enter(item.delivery.id, of: item.partition) else { return }
        bytesInMemory += item.delivery.record.count
        place(item)
    }

    /// Counts a delivery as in memory, unless it is already, or the partition is not this loop's to work on any more.
    func enter(_ id: StreamID, of partition: Partition) -> Bool {
        guard working[partition] != nil, known[partition, default: []].insert(id).inserted else { return false }
        inMemory += 1
        metrics.waiting.add(1)
        return true
    }

    /// Puts a delivery that is in memory into its lane, or settles it where that is impossible.
    func place(_ item: QueuedDelivery) {
        guard let lane = lane(for: item.delivery.endpoint) else {
            let age = loop.wallMilliseconds - item.delivery.acceptedAt
            guard age < Self.unknownEndpointFor.milliseconds else {
                return giveUp(item, .endpointRemoved, detail: "no endpoint of this name is configured")
            }
            return retry(item, after: Self.unknownEndpointPause, reason: FailureReason.endpointRemoved.rawValue)
        }
        guard !endpoints.isDisabled(item.delivery.endpoint) else { return refuse(item) }
        let share = LaneShare(freeCount: Self.inMemoryMax - inMemory, freeBytes: Self.bytesInMemoryMax - bytesInMemory)
        if lane.offer(item, within: share) {
            pump(lane)
        } else {
            metrics.parked.increment()
            retry(item, after: lane.returnTime(now: loop.now) - loop.now, reason: "queue_full")
        }
    }

    func renewLanes() {
        let stale = lanes.filter { directory[$0.key] != $0.value.prepared.endpoint || $0.value.isEmpty }
        for (id, lane) in stale {
            lane.sleep(until: nil, on: loop) {}
            lanes[id] = nil
        }
        for item in stale.values.flatMap({ $0.drop() }) { place(item) }
    }

    func lane(for id: String) -> Lane? {
        guard let endpoint = directory[id] else { return nil }
        if let lane = lanes[id], lane.prepared.endpoint == endpoint { return lane }
        do {
            let lane = Lane(try PreparedEndpoint(endpoint), endpoints.permits(of: id))
            lanes[id] = lane
            return lane
        } catch {
            log.error("the endpoint cannot be used", ["endpoint": id, "error": "\(error)"])
            return nil
        }
    }

    // MARK: Outcomes

    /// Its endpoint is disabled: there is no point in waiting.
    func refuse(_ item: QueuedDelivery) {
        giveUp(item, .endpointDisabled, detail: "the endpoint is disabled")
    }

    func retry(
        _ item: QueuedDelivery, after pause: Duration, reason: String, _ attempt: AttemptRecord? = nil
    ) {
        let due = loop.wallMilliseconds + pause.milliseconds
        settle(item, .retry(due: due, reason: reason), attempt)
    }

    func giveUp(
        _ item: QueuedDelivery, _ reason: FailureReason, detail: String, _ attempt: AttemptRecord? = nil
    ) {
        metrics.dead.increment()
        log.warning("a delivery became a dead letter", fields(item, detail: detail))
        settle(item, .dead(reason: reason.rawValue, detail: detail), attempt)
    }

    func fields(_ item: QueuedDelivery, detail: String) -> LogFields {
        [
            "endpoint": item.delivery.endpoint, "event": item.delivery.eventID, "attempts": item.delivery.attempts,
            "detail": detail,
        ]
    }

    func settle(_ item: QueuedDelivery, _ outcome: Settlement.Outcome, _ attempt: AttemptRecord? = nil) {
        bytesInMemory -= item.delivery.record.count
        let settlement = Settlement(
            delivery: item.delivery, outcome: outcome, attempt: attempt, at: loop.wallMilliseconds)
        settlements?.add(settlement, to: item.partition)
    }

    /// Redis has the outcomes, or they are void because the partition has another owner.
    func settled(_ settlements: [Settlement], _ partition: Partition) {
        for settlement in settlements {
            if case .retry(let due, _) = settlement.outcome { retries?.expect(partition, wallMilliseconds: due) }
        }
        leaveMemory(settlements.map(\.id), of: partition)
    }

    func leaveMemory(_ ids: some Collection<StreamID>, of partition: Partition) {
        known[partition]?.subtract(ids)
        inMemory -= ids.count
        metrics.waiting.subtract(ids.count)
        if known[partition]?.isEmpty == true {
            known[partition] = nil
            for gate in settledGates.removeValue(forKey: partition) ?? [] { gate.open() }
        }
        if hasRoom { openRoom() }
    }

    var hasRoom: Bool { inMemory < Self.inMemoryMax && bytesInMemory < Self.bytesInMemoryMax }

    func openRoom() {
        for gate in roomGates { gate.open() }
        roomGates.removeAll()
    }

    func untilRoom() async {
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
        settlements?.add(
            Settlement(delivery: nothing, outcome: .settled, attempt: nil, at: loop.wallMilliseconds), to: partition)
    }
}

extension WebhookWorker: LeaseHolder {
    package func gained(_ lease: Lease) {
        working[lease.partition] = lease
        loop.spawn { await self.enter(lease) }
    }

    /// Begins with the partition, once it is known which endpoints are disabled.
    func enter(_ lease: Lease) async {
        while working[lease.partition] == lease, !isStopping {
            do throws(RedisError) {
                if !hasStates {
                    for (endpoint, state) in try await states.load() { herald?.look(at: endpoint, state, states) }
                    hasStates = true
                }
                // The lease may have gone meanwhile.
                guard working[lease.partition] == lease else { return }
                reader.add(lease.partition, from: .zero)
                retries?.watch(lease.partition)
                return
            } catch {
                await loop.sleep(until: loop.now + .milliseconds(200))
            }
        }
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
    func leave(_ lease: Lease) {
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
final class LoopWaiter: EndpointPermits.Waiter {
    let worker: LoopLocal<WebhookWorker>

    init(on loop: EventLoop) { worker = LoopLocal(on: loop) }

    func granted(_ permits: EndpointPermits, _ attempt: EndpointConduct.Attempt) {
        worker.loop.submit { [worker] in
            // A worker that has stopped has no use for it; others may.
            if let worker = worker.value { return worker.granted(permits, attempt) }
            _ = permits.end(attempt, .unused, at: worker.loop.now, wall: worker.loop.wallMilliseconds)
        }
    }

    func shouldAskAgain(_ endpoint: String) {
        worker.loop.submit { [worker] in worker.value?.askAgain(endpoint) }
    }
}
