// What else Redis holds of a tenant: counters under its code, and dead letters of its webhooks. Looked for in the background, a little
// at a time, when the tenant is erased. (Events on their way go by themselves: the streams keep them for an hour.)

import Gateway
import Loop
package import Records
package import Redis

/// The keys `weir:{t:<code>}:…` (Limits).
package final class TenantCounters: TenantData {
    package let name = "counters"
    private let redis: RedisClient

    package init(redis: RedisClient) { self.redis = redis }

    /// Looks at all keys of the server, as there is no list of those. A code has no character that is special in a pattern.
    package func erase(_ tenant: TenantRecord) async throws(StoreFault) -> Int {
        var count: Int64 = 0
        do throws(RedisError) {
            var cursor = "0"
            repeat {
                let reply = try await redis.send(
                    RedisCommand("SCAN", cursor, "MATCH", "weir:{t:\(tenant.code)}:*", "COUNT", "500"))
                guard let parts = reply.array, parts.count == 2, let next = parts[0].text, let keys = parts[1].array
                else { throw RedisError.unexpectedReply(to: "SCAN") }
                for key in keys.compactMap(\.text) {
                    count += try await redis.send(RedisCommand("UNLINK", key)).integer ?? 0
                }
                cursor = next
            } while cursor != "0"
        } catch {
            throw .unavailable(error)
        }
        return Int(count)
    }
}

/// Deliveries to the tenant's webhooks that were given up.
package final class TenantDeadLetters: TenantData {
    package let name = "dead_letters"
    private static let batch = 500
    private let redis: RedisClient

    package init(redis: RedisClient) { self.redis = redis }

    package func erase(_ tenant: TenantRecord) async throws(StoreFault) -> Int {
        var count: Int64 = 0
        do throws(RedisError) {
            for partition in Partition.all { count += try await erase(tenant, in: partition) }
        } catch {
            throw .unavailable(error)
        }
        return Int(count)
    }

    private func erase(_ tenant: TenantRecord, in partition: Partition) async throws(RedisError) -> Int64 {
        // As `EndpointID` begins.
        let owner = tenant.code + "/"
        var count: Int64 = 0
        var from = "-"
        while true {
            let reply = try await redis.send(
                RedisCommand("XRANGE", partition.dead, from, "+", "COUNT", String(Self.batch)))
            let letters = reply.array?.compactMap { StreamEntry($0) } ?? []
            let own = letters.filter { letter in
                letter.value(Delivery.Name.endpoint).map { $0.starts(with: owner.utf8) } == true
            }
            if !own.isEmpty {
                var command = RedisCommand("XDEL", partition.dead)
                for letter in own { command.append(letter.id.description) }
                count += try await redis.send(command).integer ?? 0
            }
            guard letters.count == Self.batch, let last = letters.last else { return count }
            from = "(\(last.id)"
        }
    }
}
