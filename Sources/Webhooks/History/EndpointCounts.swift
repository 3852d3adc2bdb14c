// How many deliveries each endpoint got and how long it took, for its owner to look at: counted in memory, and added to Redis every
// ten seconds (`Gateway/Storage/EndpointHour.swift`). What a killed process had not added is missing in these counts, and only there.

import Gateway
import Loop
package import Redis

/// Belongs to one loop.
package final class EndpointCounts {
    private static let flushAfter = Duration.seconds(10)
    /// Endpoints that are counted between two flushes; more are rather flushed early than kept.
    private static let endpointsMax = 4096

    private let redis: RedisClient
    private var loop: EventLoop { redis.loop }
    private var counts: [String: [EndpointHour.Place: Int64]] = [:]
    private var timer: LoopTimer?

    package init(redis: RedisClient) { self.redis = redis }

    /// Notes an attempt, or that a delivery was given up without one.
    func add(_ entry: AttemptEntry, of endpoint: String) {
        let slot = EndpointHour.Slot(milliseconds: loop.wallMilliseconds)
        let latency = entry.attempt.latency.milliseconds
        var places: [(EndpointHour.Field, Int64)] = []
        if entry.isAttempt { places = [(.latencyTotal, latency), (.latency(EndpointHour.bucket(of: latency)), 1)] }
        switch entry.outcome {
        case .delivered: places.append((.delivered, 1))
        case .waiting: places.append((.failed, 1))
        case .dead:
            if entry.isAttempt { places.append((.failed, 1)) }
            places.append((.dead, 1))
        }
        for (field, count) in places {
            counts[endpoint, default: [:]][EndpointHour.Place(slot: slot, field: field), default: 0] += count
        }
        if counts.count >= Self.endpointsMax { return flush() }
        guard timer == nil else { return }
        timer = loop.schedule(at: loop.now + Self.flushAfter) { self.flush() }
    }

    /// Sends what was counted. Should Redis be away, it is lost: the deliveries themselves are what waits for it.
    package func flush() {
        timer?.cancel()
        timer = nil
        let flushed = counts
        counts = [:]
        for (endpoint, places) in flushed.sorted(by: { $0.key < $1.key }) {
            for (hour, places) in Dictionary(grouping: places, by: \.key.slot.hour) {
                loop.spawn { [redis] in
                    _ = try? await redis.run(Self.script, keys: [EndpointHour.key(endpoint, hour: hour)]) { command in
                        command.append(EndpointHour.keptFor.milliseconds)
                        for (place, count) in places {
                            command.append(place.text)
                            command.append(count)
                        }
                    }
                }
            }
        }
    }

    /// KEYS: the hour. ARGV: how long it is kept, then fields and what to add to them.
    private static let script = RedisScript(
        "endpoint-counts",
        """
        for i = 2, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        return 1
        """)
}
