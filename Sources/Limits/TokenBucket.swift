// The rate limit of one thing: a bucket that holds as many tokens as its rate counts, and refills evenly over the period. The rate
// is given with each call, so that a reload changes all buckets at once.

package import Language
package import Loop

package struct TokenBucket: Sendable {
    private var tokens: Double
    private var filledAt: Instant

    /// A full one.
    package init(of rate: Rate, at now: Instant) {
        tokens = Double(rate.count)
        filledAt = now
    }

    /// Takes a token if there is one.
    package mutating func take(of rate: Rate, at now: Instant) -> Bool {
        fill(rate, now)
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }

    private mutating func fill(_ rate: Rate, _ now: Instant) {
        // A loop's time never goes back; two loops' may differ.
        let elapsed = max(0, Double((now - filledAt).nanoseconds))
        tokens = min(Double(rate.count), tokens + elapsed / Self.interval(of: rate))
        filledAt = max(now, filledAt)
    }

    /// Takes a token if there is one, and tells what is left.
    package mutating func ask(of rate: Rate, at now: Instant) -> RateVerdict {
        let isAdmitted = take(of: rate, at: now)
        return RateVerdict(
            isAdmitted: isAdmitted, rate: rate, remaining: Int(tokens),
            retryAfter: .nanoseconds(Int64((max(0, 1 - tokens) * Self.interval(of: rate)).rounded(.up))))
    }

    /// Nanoseconds between two tokens.
    private static func interval(of rate: Rate) -> Double {
        Double(rate.period.duration.nanoseconds) / Double(max(1, rate.count))
    }
}
