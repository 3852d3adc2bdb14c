// Slows down who guesses passwords: after some free attempts each further one has to wait twice as long, for one username from
// wherever it comes, and for one address whatever it tries. Who has signed in from an address before is counted apart there, so that
// strangers who guess all day do not keep the user out. Kept in Redis, so that all processes count together.

import Codec
import Crypto
import Loop
package import Redis

/// Belongs to one loop.
package final class SignInThrottle {
    private struct Bound {
        /// Attempts that cost nothing.
        let free: Int64
        /// The longest wait, in ms.
        let longest: Int64
    }

    /// A person mistypes a few times. The longest wait is short, or anyone could lock out a user whose name they know, if that one
    /// comes from a new address: at one attempt a minute, a thousand likely passwords take most of a day.
    private static let perUser = Bound(free: 5, longest: 60_000)
    /// Many people may share an address.
    private static let perAddress = Bound(free: 30, longest: 900_000)
    private static let firstWait: Int64 = 1000
    /// Since the last attempt, in seconds.
    private static let forgetAfter: Int64 = 3600
    /// How long an address stays known to have been the user's, in seconds.
    private static let knowFor: Int64 = 30 * 86_400

    private let redis: RedisClient

    package init(redis: RedisClient) { self.redis = redis }

    /// Counts an attempt, before its outcome is known: a hundred at once are a hundred.
    /// - Returns: milliseconds to wait; 0: go on.
    func begin(_ username: String, from address: SocketAddress?) async throws(RedisError) -> Int64 {
        let reply = try await redis.run(Self.attempt, keys: try keys(username, address)) {
            for bound in [Self.perUser, Self.perAddress] {
                $0.append(bound.free)
                $0.append(bound.longest)
            }
            $0.append(Self.firstWait)
            $0.append(Self.forgetAfter)
        }
        guard let wait = reply.integer else { throw .unexpectedReply(to: Self.attempt.name) }
        return wait
    }

    /// The password was right: the user is forgiven there, and known; the address gets back this attempt only, or whoever has an
    /// account could wash away their guesses at others.
    func succeeded(_ username: String, from address: SocketAddress?) async throws(RedisError) {
        _ = try await redis.run(Self.success, keys: try keys(username, address)) { $0.append(Self.knowFor) }
    }

    private func keys(_ username: String, _ address: SocketAddress?) throws(RedisError) -> [String] {
        // Hashed: what strangers type is of any length, and may be a password in the wrong field.
        let name: String
        do throws(CryptoError) {
            var sha256 = try SHA256()
            name = try sha256.digest(username.utf8.span).description
        } catch {
            throw .unavailable("\(error)")
        }
        let network = Self.network(of: address)
        let user = "weir:{records}:sign-in:user:\(name)"
        return [user, "weir:{records}:sign-in:address:\(network)", "\(user):\(network)"]
    }

    /// One who has an IPv6 address has a /64.
    static func network(of address: SocketAddress?) -> String {
        guard let ip = address?.ip else { return "local" }
        return ip.isV4 ? "\(ip)" : "\(IPAddress(high: ip.high, low: 0))/64"
    }

    /// KEYS: of the user, of the address, of both together, which is there once a sign-in has succeeded. ARGV: free attempts and longest wait of each; first wait; seconds until forgotten.
    private static let attempt = RedisScript(
        "sign-in-attempt",
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local wait = 0
        local isKnown = redis.call('EXISTS', KEYS[3]) == 1
        local counted = {isKnown and KEYS[3] or KEYS[1], KEYS[2]}
        for i = 1, 2 do
          local free_at = tonumber(redis.call('HGET', counted[i], 'free_at') or 0)
          if free_at - now > wait then wait = free_at - now end
        end
        if wait > 0 then return wait end
        for i = 1, 2 do
          local over = redis.call('HINCRBY', counted[i], 'attempts', 1) - ARGV[2 * i - 1]
          if over >= 0 then
            local pause = math.min(ARGV[2 * i], ARGV[5] * 2 ^ math.min(over, 30))
            redis.call('HSET', counted[i], 'free_at', string.format('%d', now + pause))
          end
          if counted[i] ~= KEYS[3] then redis.call('EXPIRE', counted[i], ARGV[6]) end
        end
        return 0
        """)

    private static let success = RedisScript(
        "sign-in-success",
        """
        if redis.call('DEL', KEYS[3]) == 0 then redis.call('DEL', KEYS[1]) end
        redis.call('HSET', KEYS[3], 'attempts', 0)
        redis.call('EXPIRE', KEYS[3], ARGV[1])
        if redis.call('HINCRBY', KEYS[2], 'attempts', -1) <= 0 then redis.call('DEL', KEYS[2]) end
        return 0
        """)
}
