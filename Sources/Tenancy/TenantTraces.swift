// What else Redis holds of a tenant: counters under its code, and what is kept of deliveries to its webhooks. Looked for in the background, a little
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

/// What is kept of deliveries to the tenant's webhooks: attempts and dead letters.
package final class TenantDeliveries: TenantData {
    package let name = "deliveries"
    private let redis: RedisClient

    package init(redis: RedisClient) { self.redis = redis }

    /// Counts entries, not keys.
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
        let reply = try await redis.send(RedisCommand("ZRANGE", partition.endpoints, "0", "-1"))
        // As `EndpointID` begins.
        let own = (reply.array ?? []).compactMap(\.text).filter { $0.hasPrefix(tenant.code + "/") }
        var count: Int64 = 0
        for endpoint in own {
            for stream in [partition.attempts(endpoint), partition.dead(endpoint)] {
                count += try await redis.send(RedisCommand("XLEN", stream)).integer ?? 0
                _ = try await redis.send(RedisCommand("UNLINK", stream))
            }
            _ = try await redis.send(RedisCommand("ZREM", partition.endpoints, endpoint))
        }
        return count
    }
}
