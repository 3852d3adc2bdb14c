// Carries replays out, in the background and at the rate each of them has. One process at a time does (a lease), another goes on should it
// die. Without a replay it waits for the feed of changes, and asks Redis nothing.

import Audit
package import Crypto
import Events
import Gateway
import Loop
package import Records
import Redis
package import Routing
import Rules
package import Telemetry

/// What a replay needs to know of the running configuration.
package struct ReplayWorld {
    package let table: RoutingTable
    package let subscribers: SubscriberTable

    package init(_ table: RoutingTable, _ subscribers: SubscriberTable) {
        self.table = table
        self.subscribers = subscribers
    }
}

/// Belongs to one loop.
package final class ReplayRunner {
    private static let leaseFor = Duration.seconds(10)
    /// Before asking again a Redis that failed, or for a lease that another process has.
    private static let pause = Duration.seconds(2)
    /// Replays under way at the same time; others wait for their turn.
    private static let atOnceMax = 16

    private let redis: RedisClient
    private let store: RecordStore<Replay>
    private let world: () -> ReplayWorld?
    private let log: Logger
    private let owner: String
    private var loop: EventLoop { redis.loop }
    private var underWay: [String: ReplayCourse] = [:]
    private var isStopped = false
    private let wake = Gate()

    /// - Parameter world: the configuration in force; nil until it is known whole, as no endpoint may seem gone.
    package init(
        store: RecordStore<Replay>, feed: ChangeFeed, random: RandomSource, log: Logger,
        world: @escaping () -> ReplayWorld?
    ) {
        redis = store.redis
        self.store = store
        self.world = world
        self.log = log
        var random = random
        owner = String(random.next(), radix: 16)
        feed.add(self, for: Replay.kind)
    }

    /// Goes on until `stop`. Start once, as a task of the loop.
    package func run() async {
        while !isStopped {
            var next: Instant?
            do {
                next = try await turn()
            } catch {
                log.warning("replays wait for Redis", ["reason": "\(error)"])
                next = loop.now + Self.pause
            }
            guard !isStopped else { return }
            let timer = next.map { loop.schedule(at: $0) { self.wake.open(.timedOut) } }
            _ = await wake.wait()
            timer?.cancel()
        }
    }

    package func stop() {
        isStopped = true
        wake.open()
    }

    /// One step of each replay that may take one.
    /// - Returns: when there is more to do; nil: when somebody makes a replay.
    private func turn() async throws -> Instant? {
        let running = try await store.page(Replay.running, page: 1, size: Self.atOnceMax).records
        underWay = underWay.filter { id, _ in running.contains { $0.value.id == id } }
        guard !running.isEmpty else { return nil }
        guard let world = world(), try await holdsLease() else {
            underWay = [:]
            return loop.now + Self.pause
        }
        var next = loop.now + Self.pause
        for stored in running {
            let course = underWay[stored.value.id] ?? ReplayCourse(stored.value, redis: redis)
            underWay[stored.value.id] = course
            if course.nextStep <= loop.now {
                switch try await course.step(in: world) {
                case .goesOn: break
                case .ended(let status, let detail): try await end(stored, status, detail)
                }
            }
            next = min(next, course.nextStep)
        }
        return next
    }

    private func end(_ stored: Stored<Replay>, _ status: Replay.Status, _ detail: String?) async throws {
        var replay = stored.value
        replay.status = status
        replay.detail = detail
        replay.endedAt = loop.wallMilliseconds
        underWay[replay.id] = nil
        do throws(StoreFault) {
            try await store.replace(replay, ifVersion: stored.version, nil)
        } catch .versionMismatch {
            // Cancelled meanwhile.
        }
        log.info("a replay ended", ["replay": replay.id, "endpoint": replay.endpoint, "status": status.rawValue])
    }

    private func holdsLease() async throws(RedisError) -> Bool {
        let reply = try await redis.run(Self.leaseScript, keys: [Self.leaseKey]) {
            $0.append(owner)
            $0.append(Self.leaseFor.milliseconds)
        }
        return reply == .integer(1)
    }

    private static let leaseKey = "weir:{records}:replays:lease"

    /// KEYS: the lease. ARGV: who wants it, for how long.
    private static let leaseScript = RedisScript(
        "replay-lease",
        """
        local owner = redis.call('GET', KEYS[1])
        if owner and owner ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 1
        """)
}

extension ReplayRunner: ChangeListener {
    package func changed(_ id: String) { wake.open() }
    package func mayHaveMissedChanges() { wake.open() }
}
