// The quota `callbacks` of the rule file, at the edge.

import Language
import Loop
package import Redis

/// Belongs to one loop.
package final class CallbackLimiter {
    /// Replaced at a reload.
    package var quotas: QuotaTable
    private let buckets: LeasedBuckets
    private let herald: QuotaHerald
    private let loop: EventLoop

    package init(redis: RedisClient, quotas: QuotaTable, loopCount: Int, herald: QuotaHerald, metrics: LimitsMetrics) {
        loop = redis.loop
        self.quotas = quotas
        self.herald = herald
        buckets = LeasedBuckets(redis: redis, for: .callbacks, loopCount: loopCount, metrics: metrics)
    }

    /// Counts a callback of a tenant. Nil if it may go on, else in how many seconds there is room.
    package func refuse(_ tenant: String) async -> Int? {
        guard let rate = quotas.callbacks(of: tenant) else { return nil }
        let verdict = await buckets.take(of: tenant, rate)
        guard !verdict.isAdmitted else { return nil }
        herald.tell(
            QuotaNotice(
                tenant: tenant, account: "", quota: .callbacks, percent: 100, used: rate.count, limit: rate.count,
                freesAt: nil, occasion: "minute:\(loop.wallMilliseconds / 60_000)"))
        return verdict.retryAfterSeconds
    }
}
