// Deliveries as tenants see them: by their attempts, which the settlement of each outcome keeps (`Webhooks/Settlements.swift`).

import Gateway
import Loop
package import Redis
package import Webhooks

/// A delivery that was attempted, by its last attempt.
package struct AttemptedDelivery: Sendable {
    package let id: DeliveryID
    package let endpoint: String
    package let last: AttemptEntry
    /// When the next attempt is due, in milliseconds since 1970; of a delivery that waits for one.
    package let due: Int64?
}

package struct DeliveryDetails: Sendable {
    package let id: DeliveryID
    package let endpoint: String
    package let eventID: String
    package let eventType: String
    package let isReplay: Bool
    package let outcome: AttemptEntry.Outcome
    package let due: Int64?
    /// Those that are kept, the oldest first.
    package let attempts: [AttemptEntry]
}

/// Nil: whatever it is.
package struct DeliveryFilter: Sendable {
    package var outcome: AttemptEntry.Outcome?
    /// Exact, or all of a kind: `message.*`.
    package var eventType: String?
    /// Of the attempt, in milliseconds since 1970.
    package var from: Int64?
    package var to: Int64?

    package init() {}

    func fits(type: String) -> Bool {
        guard let eventType else { return true }
        return eventType.hasSuffix(".*") ? type.hasPrefix(eventType.dropLast()) : type == eventType
    }
}

/// Belongs to one loop.
package final class AttemptHistory {
    private static let perReadMax = 256

    private let redis: RedisClient

    package init(redis: RedisClient) { self.redis = redis }

    // MARK: Lists

    /// The deliveries of some endpoints, by the time of their last attempt, the latest first.
    package func page(
        _ endpoints: [String], _ filter: DeliveryFilter, before: ScrollPosition?, size: Int
    ) async throws(RedisError) -> ScrollPage<AttemptedDelivery> {
        let least = String(max(0, filter.from ?? 0))
        var scroll = StreamScroll<AttemptedDelivery?>(endpoints, before: before, until: filter.to, size: size) {
            [redis] (partition, streams, count) async throws(RedisError) in
            try await Self.read(partition, streams, count, least: least, from: redis)
        }
        return try await scroll.page(size: size) { _, delivery in
            guard let delivery, filter.outcome == nil || filter.outcome == delivery.last.outcome,
                filter.fits(type: delivery.last.eventType)
            else { return nil }
            return delivery
        }
    }

    /// Nil in place of an attempt that was not the last one.
    private static func read(
        _ partition: Partition, _ streams: [(endpoint: String, from: String)], _ count: Int, least: String,
        from redis: RedisClient
    ) async throws(RedisError) -> [[(id: StreamID, row: AttemptedDelivery?)]] {
        let keys = [partition.retry] + streams.map { partition.attempts($0.endpoint) }
        let reply = try await redis.run(Self.pageScript, keys: keys) { command in
            command.append(least)
            command.append(Int64(count))
            command.append(partition.deliveryPrefix)
            for stream in streams { command.append(stream.from) }
        }
        guard let found = reply.array, found.count == streams.count else {
            throw .unexpectedReply(to: "attempts-page")
        }
        return zip(streams, found).map { stream, reply in
            let flat = reply.array ?? []
            return stride(from: 0, to: flat.count - 3, by: 4).compactMap { place in
                guard let id = flat[place].text.flatMap({ StreamID($0) }) else { return nil }
                let state = flat[place + 3].text ?? ""
                guard state != "superseded",
                    let entry = AttemptEntry(
                        words: flat[place + 1].text ?? "", detail: flat[place + 2].text ?? "", answer: [], letter: nil)
                else { return (id, nil) }
                let delivery = AttemptedDelivery(
                    id: DeliveryID(partition, entry.delivery), endpoint: stream.endpoint, last: entry,
                    due: Double(state).flatMap { Int64(exactly: $0.rounded()) })
                return (id, delivery)
            }
        }
    }

    /// KEYS: the retry set, then streams of attempts. ARGV: the least id, how many of each, what the keys of waiting deliveries begin with,
    /// then where each stream begins. For each stream a list: id, words, detail, and the time of the next attempt, `superseded` if there
    /// was a later one, or nothing. An attempt that is to be repeated is the last one for as long as its delivery waits with it.
    private static let pageScript = RedisScript(
        "attempts-page",
        """
        local reply = {}
        for k = 2, #KEYS do
          local rows = {}
          for _, entry in ipairs(redis.call('XREVRANGE', KEYS[k], ARGV[k + 2], ARGV[1], 'COUNT', ARGV[2])) do
            local fields, words, detail, state = entry[2], '', '', ''
            for i = 1, #fields, 2 do
              if fields[i] == 'a' then words = fields[i + 1] elseif fields[i] == 'x' then detail = fields[i + 1] end
            end
            local id, number = string.match(words, '^w (%S+) (%S+)')
            if id then
              state = 'superseded'
              if redis.call('HGET', ARGV[3] .. id, 'attempts') == number then
                state = redis.call('ZSCORE', KEYS[1], id) or state
              end
            end
            rows[#rows + 1] = entry[1]
            rows[#rows + 1] = words
            rows[#rows + 1] = detail
            rows[#rows + 1] = state
          end
          reply[#reply + 1] = rows
        end
        return reply
        """)

    // MARK: One delivery

    /// Nil when nothing is known of it, or it went to another endpoint.
    package func find(_ id: DeliveryID, to endpoint: String) async throws(RedisError) -> DeliveryDetails? {
        let waiting = try await waiting(id, to: endpoint)
        let attempts = try await attempts(of: id, to: endpoint, mayHaveMore: waiting != nil)
        if let waiting {
            return DeliveryDetails(
                id: id, endpoint: endpoint, eventID: waiting.eventID, eventType: waiting.eventType,
                isReplay: waiting.isReplay, outcome: .waiting, due: waiting.due, attempts: attempts)
        }
        guard let last = attempts.last else { return nil }
        return DeliveryDetails(
            id: id, endpoint: endpoint, eventID: last.eventID, eventType: last.eventType, isReplay: last.isReplay,
            outcome: last.outcome, due: nil, attempts: attempts)
    }

    private func attempts(
        of id: DeliveryID, to endpoint: String, mayHaveMore: Bool
    ) async throws(RedisError) -> [AttemptEntry] {
        var attempts: [AttemptEntry] = []
        // None was before the delivery itself.
        var from = String(id.id.milliseconds)
        while true {
            let reply = try await redis.run(Self.attemptsScript, keys: [id.partition.attempts(endpoint)]) {
                $0.append(from)
                $0.append(Int64(Self.perReadMax))
                $0.append(id.id.description)
            }
            guard let words = reply.array, words.count == 3, let count = words[0].integer, let found = words[2].array
            else { throw .unexpectedReply(to: "delivery-attempts") }
            attempts += found.compactMap { StreamEntry($0).flatMap(AttemptEntry.init) }
            let isOver = attempts.last.map { $0.outcome != .waiting } ?? false
            guard count == Self.perReadMax, let last = words[1].text, mayHaveMore || !isOver else { return attempts }
            from = "(\(last)"
        }
    }

    /// KEYS: a stream of attempts. ARGV: where to begin, how many to look at, the delivery. Returns how many were looked at, the last
    /// one's id, and the delivery's among them.
    private static let attemptsScript = RedisScript(
        "delivery-attempts",
        """
        local entries = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])
        local found = {}
        for _, entry in ipairs(entries) do
          for i = 1, #entry[2], 2 do
            if entry[2][i] == 'a' and string.match(entry[2][i + 1], '^%a (%S+)') == ARGV[3] then found[#found + 1] = entry end
          end
        end
        return {#entries, #entries > 0 and entries[#entries][1] or '', found}
        """)

    private struct Waiting {
        let eventID: String
        let eventType: String
        let isReplay: Bool
        let due: Int64?
    }

    /// What is known of a delivery that has no outcome yet.
    private func waiting(_ id: DeliveryID, to endpoint: String) async throws(RedisError) -> Waiting? {
        let partition = id.partition
        let score = try await redis.send(RedisCommand("ZSCORE", partition.retry, id.id.description)).text
        var fields: [(name: String, value: [UInt8])] = []
        if score != nil {
            let flat = try await redis.send(RedisCommand("HGETALL", partition.delivery(id.id))).array ?? []
            fields = stride(from: 0, to: flat.count - 1, by: 2).map {
                (name: flat[$0].text ?? "", value: flat[$0 + 1].bytes ?? [])
            }
        } else {
            let text = id.id.description
            let reply = try await redis.send(RedisCommand("XRANGE", partition.webhooks, text, text))
            fields = reply.array?.first.flatMap { StreamEntry($0) }?.fields ?? []
        }
        guard let delivery = Delivery(id: id.id, fields: fields), delivery.endpoint == endpoint else { return nil }
        return Waiting(
            eventID: delivery.eventID, eventType: delivery.eventType, isReplay: delivery.isReplay,
            due: score.flatMap { Double($0) }.flatMap { Int64(exactly: $0.rounded()) })
    }

    // MARK: Once more

    /// Delivers the event once more: a new delivery of the same event, whatever became of this one. A dead letter leaves its stream
    /// in the same step.
    /// - Returns: nil when the event is not kept any more.
    package func resend(_ details: DeliveryDetails) async throws(RedisError) -> DeliveryID? {
        let partition = details.id.partition
        let last = details.attempts.last
        let keys = [
            partition.webhooks, partition.delivery(details.id.id), partition.inbox, partition.dead(details.endpoint),
        ]
        let reply = try await redis.run(Self.resendScript, keys: keys) {
            $0.append(details.id.id.description)
            $0.append(details.endpoint)
            $0.append(details.eventID)
            $0.append(last?.inboxID ?? "")
            $0.append(last?.letter ?? "")
        }
        return reply.text.flatMap { StreamID($0) }.map { DeliveryID(partition, $0) }
    }

    /// KEYS: stream of deliveries, hash of the waiting delivery, inbox, dead letters. ARGV: delivery, endpoint, event, its entry in the
    /// inbox, its dead letter. The event is taken from wherever it is kept still.
    private static let resendScript = RedisScript(
        "delivery-resend",
        """
        local function entry(key, id)
          if id == '' then return {} end
          local found = redis.call('XRANGE', key, id, id)[1]
          return found and found[2] or {}
        end
        local function value(fields, name)
          for i = 1, #fields, 2 do if fields[i] == name then return fields[i + 1] end end
          return nil
        end
        local kept = entry(KEYS[4], ARGV[5])
        local isLetter = value(kept, 'id') == ARGV[3]
        if not isLetter then kept = redis.call('HGETALL', KEYS[2]) end
        if value(kept, 'endpoint') ~= ARGV[2] then kept = entry(KEYS[1], ARGV[1]) end
        if value(kept, 'endpoint') ~= ARGV[2] then kept = entry(KEYS[3], ARGV[4]) end
        local event = value(kept, 'event')
        if not event then return false end
        local id = redis.call('XADD', KEYS[1], '*', 'endpoint', ARGV[2], 'id', ARGV[3], 'rules', value(kept, 'rules') or '',
          'in', value(kept, 'in') or ARGV[4], 'event', event)
        if isLetter then redis.call('XDEL', KEYS[4], ARGV[5]) end
        return id
        """)
}
