// When a delivery that failed is tried again: a policy without a clock of its own.

/// Attempt `n` (from 0) happens `delays[n]` after the one before, lengthened by up to a tenth so that a fleet of failures does
/// not come back as one.
package struct RetrySchedule: Sendable, Equatable {
    package let delays: [Duration]
    /// A receiver's `Retry-After` counts up to this; beyond it, its word would be a way to fill our memory.
    package static let retryAfterMax = Duration.seconds(24 * 3600)

    package init(delays: [Duration]) { self.delays = delays }

    package var attemptsMax: Int { delays.count }

    /// How long to wait after `attempts` attempts, or nil when that was the last. `random` is in 0..<1.
    package func pause(after attempts: Int, retryAfter: Duration?, random: Double) -> Duration? {
        guard delays.indices.contains(attempts) else { return nil }
        let jitter = 1 + 0.1 * min(max(random, 0), 1)
        let planned = delays[attempts] * jitter
        guard let retryAfter else { return planned }
        return max(planned, min(retryAfter, Self.retryAfterMax))
    }
}
