// The counts of an endpoint, from what a worker adds to them.

import Gateway
import Loop
import Redis
import TestSupport
import Testing

@testable import Deliveries
@testable import Webhooks

@Suite struct EndpointTrafficTests {
    @Test("what a worker counts is what the API shows, for the last hour and the last day")
    func counting() async throws {
        try await withRedis { loop, redis, _ in
            let counts = EndpointCounts(redis: redis)
            let id = StreamID(milliseconds: 1, sequence: 0)
            for (number, latency) in [3, 3, 3, 40, 900].enumerated() {
                let made = delivery(id, to: "acme/crm", attempts: 1)
                let outcome: AttemptEntry.Outcome = number < 3 ? .delivered : number == 3 ? .waiting : .dead
                let record = AttemptRecord(
                    number: 1, startedAt: 1, latency: .milliseconds(latency), status: 200, reason: nil, detail: "",
                    answer: [])
                counts.add(AttemptEntry(outcome, of: made, record), of: "acme/crm")
            }
            counts.flush()
            let book = TrafficBook(redis: redis)
            while try await book.traffic(of: "acme/crm").day.delivered < 3 { await loop.nextTurn() }
            // Of three hours ago.
            let old = EndpointHour.Slot(milliseconds: loop.wallMilliseconds - 3 * 3_600_000)
            let place = EndpointHour.Place(slot: old, field: .delivered)
            _ = try await redis.send(
                RedisCommand("HSET", EndpointHour.key("acme/crm", hour: old.hour), place.text, "10"))
            let (hour, day) = try await book.traffic(of: "acme/crm")
            #expect((hour.delivered, hour.failed, hour.dead) == (3, 2, 1))
            #expect((day.delivered, day.failed, day.dead) == (13, 2, 1))
            #expect(hour.latencyMean == 189)
            #expect([0.5, 0.8, 0.99].map(hour.latency) == [5, 50, 1000])
            let none = try await book.traffic(of: "acme/none")
            #expect(none.day == EndpointTraffic() && none.day.latency(within: 0.5) == nil)
        }
    }
}
