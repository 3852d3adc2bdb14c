// The queue of one endpoint: what waits for it in memory and how many attempts are under way. Each endpoint has its own, so a
// slow or dead one delays nobody else (invariant 4).

import Gateway
import Loop
import Redis

/// A delivery in memory.
struct QueuedDelivery {
    var delivery: Delivery
    let partition: Partition
    /// Whether it came from the retry set, and not from the stream.
    let isRetry: Bool
}

/// What one endpoint may hold of a loop's memory: a fixed part of what is free just now. So however many endpoints are dead,
/// together they never fill the memory, and a living one always finds room.
struct LaneShare {
    private static let part = 8

    let count: Int
    let bytes: Int

    init(freeCount: Int, freeBytes: Int) {
        count = max(1, freeCount / Self.part)
        bytes = max(0, freeBytes / Self.part)
    }
}

/// Belongs to one loop.
final class Lane {
    /// How soon and how late a delivery that found no room comes back.
    static let returnMin = Duration.seconds(1)
    static let returnMax = Duration.seconds(300)

    let prepared: PreparedEndpoint
    let terms: EndpointPermits.Terms
    /// Shared with the endpoint's lanes on other loops.
    let permits: EndpointPermits
    private var queue: [QueuedDelivery] = []
    /// The front of the queue; the dead part before it is cut off in bulk.
    private var front = 0
    private var bytes = 0
    private(set) var underWay = 0
    /// How long an attempt takes, smoothed; at first a guess.
    private var attemptTime = Duration.milliseconds(100)
    /// Set while nothing may begin.
    private var alarm: LoopTimer?
    /// When the last of those that found no room comes back.
    private var lastReturn = Instant(nanoseconds: 0)

    init(_ prepared: PreparedEndpoint, _ permits: EndpointPermits) {
        self.prepared = prepared
        terms = EndpointPermits.Terms(prepared.endpoint)
        self.permits = permits
    }

    private var count: Int { queue.count - front + underWay }
    var isEmpty: Bool { count == 0 }
    /// Whether a delivery waits for its attempt.
    var hasWaiting: Bool { front < queue.count }

    /// Takes the delivery, if the lane's share has room for it. An empty lane takes any.
    func offer(_ item: QueuedDelivery, within share: LaneShare) -> Bool {
        let size = item.delivery.record.count
        guard isEmpty || (count < share.count && bytes + size <= share.bytes) else { return false }
        queue.append(item)
        bytes += size
        return true
    }

    /// When a delivery that found no room shall come back: about when its turn will be, so that a long queue in Redis is not
    /// carried to and fro, and a short one does not wait longer than it must.
    func returnTime(now: Instant) -> Instant {
        let each = attemptTime / max(1, prepared.endpoint.concurrency)
        let earliest = now + max(Self.returnMin, each * count)
        lastReturn = min(max(lastReturn + each, earliest), now + Self.returnMax)
        return lastReturn
    }

    /// The next delivery to attempt, by a permit of the caller's.
    func start() -> QueuedDelivery? {
        guard hasWaiting else { return nil }
        let item = queue[front]
        front += 1
        if front >= 64 && front * 2 >= queue.count {
            queue.removeFirst(front)
            front = 0
        }
        bytes -= item.delivery.record.count
        underWay += 1
        return item
    }

    func finish(after time: Duration) {
        underWay -= 1
        attemptTime = (attemptTime * 7 + time) / 8
    }

    /// Runs `then` at `due`, and forgets what was to be run before.
    func sleep(until due: Instant?, on loop: EventLoop, then: @escaping () -> Void) {
        alarm?.cancel()
        alarm = due.map { loop.schedule(at: $0, then) }
    }

    /// Takes out what waits, of one partition or of all.
    func drop(_ partition: Partition? = nil) -> [QueuedDelivery] {
        let waiting = queue[front...]
        let dropped = waiting.filter { partition == nil || $0.partition == partition }
        queue = waiting.filter { partition != nil && $0.partition != partition }
        front = 0
        bytes = queue.reduce(0) { $0 + $1.delivery.record.count }
        return dropped
    }
}
