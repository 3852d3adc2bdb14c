// How an endpoint does: deliveries and latencies of the last hour and day, from the counts that workers keep (`EndpointHour`).

import Gateway
import Loop
package import Redis

/// Sums over some time.
package struct EndpointTraffic: Sendable, Equatable {
    package var delivered: Int64 = 0
    /// Attempts.
    package var failed: Int64 = 0
    package var dead: Int64 = 0
    private var latencyTotal: Int64 = 0
    private var latencies = [Int64](repeating: 0, count: EndpointHour.bounds.count + 1)

    init() {}

    var attempts: Int64 { latencies.reduce(0, +) }

    /// In milliseconds; nil without an attempt.
    package var latencyMean: Int64? { attempts > 0 ? latencyTotal / attempts : nil }

    /// In milliseconds: that share of the attempts took at most so long. Nil without an attempt, and where it is beyond what is told apart.
    package func latency(within share: Double) -> Int64? {
        let wanted = Int64((Double(attempts) * share).rounded(.up))
        guard wanted > 0 else { return nil }
        var count: Int64 = 0
        for (bound, attempts) in zip(EndpointHour.bounds, latencies) {
            count += attempts
            if count >= wanted { return bound }
        }
        return nil
    }

    fileprivate mutating func add(_ field: EndpointHour.Field, _ count: Int64) {
        switch field {
        case .delivered: delivered += count
        case .failed: failed += count
        case .dead: dead += count
        case .latencyTotal: latencyTotal += count
        case .latency(let bucket): latencies[bucket] += count
        }
    }
}

/// Belongs to one loop.
package final class TrafficBook {
    private static let hours: Int64 = 24

    private let redis: RedisClient

    package init(redis: RedisClient) { self.redis = redis }

    /// The ten minutes that have begun and the hour, or the day, before them.
    package func traffic(of endpoint: String) async throws(RedisError) -> (hour: EndpointTraffic, day: EndpointTraffic)
    {
        let now = EndpointHour.Slot(milliseconds: redis.loop.wallMilliseconds)
        let hours = (now.hour - Self.hours)...now.hour
        let reply = try await redis.run(Self.script, keys: hours.map { EndpointHour.key(endpoint, hour: $0) }) { _ in }
        guard let hashes = reply.array, hashes.count == hours.count else {
            throw .unexpectedReply(to: "endpoint-hours")
        }
        var lastHour = EndpointTraffic()
        var lastDay = EndpointTraffic()
        for (hour, hash) in zip(hours, hashes) {
            let flat = hash.array ?? []
            for index in stride(from: 0, to: flat.count - 1, by: 2) {
                guard let place = flat[index].text.flatMap({ EndpointHour.Place($0, hour: hour) }),
                    let count = flat[index + 1].text.flatMap({ Int64($0) })
                else { continue }
                let age = now.number - place.slot.number
                if age <= EndpointHour.slotsPerHour { lastHour.add(place.field, count) }
                if age <= EndpointHour.slotsPerHour * Self.hours { lastDay.add(place.field, count) }
            }
        }
        return (lastHour, lastDay)
    }

    private static let script = RedisScript(
        "endpoint-hours",
        """
        local reply = {}
        for k = 1, #KEYS do reply[k] = redis.call('HGETALL', KEYS[k]) end
        return reply
        """)
}
