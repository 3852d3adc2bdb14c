// Deliveries that were given up (`weir:{p}:dead:<endpoint>`): listed, sent after all, or dropped.

import Gateway
package import Redis

package struct DeadLetter: Sendable {
    package let id: DeliveryID
    package let endpoint: String
    package let delivery: String
    package let eventID: String
    package let eventType: String
    package let attempts: Int
    package let reason: String
    package let detail: String

    /// When it was given up, in milliseconds since 1970.
    package var diedAt: Int64 { Int64(clamping: id.id.milliseconds) }
}

/// Belongs to one loop.
package final class DeadLetters {
    private let redis: RedisClient

    package init(redis: RedisClient) { self.redis = redis }

    /// Those of some endpoints, the latest first.
    package func page(
        _ endpoints: [String], _ filter: DeliveryFilter, before: ScrollPosition?, size: Int
    ) async throws(RedisError) -> ScrollPage<DeadLetter> {
        let least = String(max(0, filter.from ?? 0))
        var scroll = StreamScroll<DeadLetter>(endpoints, before: before, until: filter.to, size: size) {
            [redis] (partition, streams, count) async throws(RedisError) in
            let reply = try await redis.run(Self.pageScript, keys: streams.map { partition.dead($0.endpoint) }) {
                $0.append(least)
                $0.append(Int64(count))
                for stream in streams { $0.append(stream.from) }
            }
            guard let found = reply.array, found.count == streams.count else {
                throw .unexpectedReply(to: "dead-page")
            }
            return zip(streams, found).map { stream, reply in
                (reply.array ?? []).compactMap { DeadLetter($0.array ?? [], partition, stream.endpoint) }
                    .map { ($0.id.id, $0) }
            }
        }
        return try await scroll.page(size: size) { _, letter in filter.fits(type: letter.eventType) ? letter : nil }
    }

    /// Nil when there is no such letter of the endpoint.
    package func find(_ id: DeliveryID, of endpoint: String) async throws(RedisError) -> DeadLetter? {
        let reply = try await redis.run(Self.pageScript, keys: [id.partition.dead(endpoint)]) {
            $0.append(id.id.description)
            $0.append(1)
            $0.append(id.id.description)
        }
        return reply.array?.first?.array?.first?.array.flatMap { DeadLetter($0, id.partition, endpoint) }
    }

    /// How many each endpoint has.
    package func counts(of endpoints: [String]) async throws(RedisError) -> [String: Int64] {
        var counts: [String: Int64] = [:]
        guard !endpoints.isEmpty else { return counts }
        for partition in Partition.all {
            let reply = try await redis.run(Self.countScript, keys: endpoints.map { partition.dead($0) }) { _ in }
            guard let lengths = reply.array, lengths.count == endpoints.count else {
                throw .unexpectedReply(to: "dead-counts")
            }
            for (endpoint, length) in zip(endpoints, lengths) { counts[endpoint, default: 0] += length.integer ?? 0 }
        }
        return counts
    }

    /// Delivers it after all: the letter becomes a new delivery.
    /// - Returns: nil when somebody was faster.
    package func retry(_ letter: DeadLetter) async throws(RedisError) -> DeliveryID? {
        let partition = letter.id.partition
        let reply = try await redis.run(
            Self.retryScript, keys: [partition.webhooks, partition.dead(letter.endpoint)]
        ) { $0.append(letter.id.id.description) }
        return reply.text.flatMap { StreamID($0) }.map { DeliveryID(partition, $0) }
    }

    package func drop(_ letter: DeadLetter) async throws(RedisError) {
        _ = try await redis.send(
            RedisCommand("XDEL", letter.id.partition.dead(letter.endpoint), letter.id.id.description))
    }

    /// Drops all of an endpoint that are there now.
    package func dropAll(of endpoint: String) async throws(RedisError) {
        for partition in Partition.all {
            _ = try await redis.send(RedisCommand("UNLINK", partition.dead(endpoint)))
        }
    }

    /// KEYS: streams of dead letters. ARGV: the least id, how many of each, then where each begins. The records stay where they are: they
    /// may be large.
    private static let pageScript = RedisScript(
        "dead-page",
        """
        local reply = {}
        for k = 1, #KEYS do
          local rows = {}
          for _, entry in ipairs(redis.call('XREVRANGE', KEYS[k], ARGV[k + 2], ARGV[1], 'COUNT', ARGV[2])) do
            local row = {entry[1]}
            for i = 1, #entry[2], 2 do
              local name, value = entry[2][i], entry[2][i + 1]
              if name == 'event' then name, value = 'type', string.match(value, '"type":"([^"]*)"') or '' end
              row[#row + 1] = name
              row[#row + 1] = value
            end
            rows[#rows + 1] = row
          end
          reply[k] = rows
        end
        return reply
        """)

    private static let countScript = RedisScript(
        "dead-counts",
        """
        local reply = {}
        for k = 1, #KEYS do reply[k] = redis.call('XLEN', KEYS[k]) end
        return reply
        """)

    /// KEYS: stream of deliveries, dead letters. ARGV: the letter.
    private static let retryScript = RedisScript(
        "dead-retry",
        """
        local letter = redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1])[1]
        if not letter then return false end
        local fields = {}
        for i = 1, #letter[2], 2 do fields[letter[2][i]] = letter[2][i + 1] end
        local id = redis.call('XADD', KEYS[1], '*', 'endpoint', fields.endpoint, 'id', fields.id, 'rules', fields.rules or '',
          'in', fields['in'] or '', 'event', fields.event)
        redis.call('XDEL', KEYS[2], ARGV[1])
        return id
        """)
}

extension DeadLetter {
    /// - Parameter row: the id, then names and values.
    fileprivate init?(_ row: [RedisValue], _ partition: Partition, _ endpoint: String) {
        guard let id = row.first?.text.flatMap({ StreamID($0) }) else { return nil }
        var fields: [String: String] = [:]
        for place in stride(from: 1, to: row.count - 1, by: 2) {
            fields[row[place].text ?? ""] = row[place + 1].text ?? ""
        }
        self.id = DeliveryID(partition, id)
        self.endpoint = endpoint
        delivery = fields["delivery"].flatMap { StreamID($0) }.map { DeliveryID(partition, $0).description } ?? ""
        eventID = fields["id"] ?? ""
        eventType = fields["type"] ?? ""
        attempts = fields["attempts"].flatMap { Int($0) } ?? 0
        reason = fields["reason"] ?? ""
        detail = fields["detail"] ?? ""
    }
}
