// What the limits count. Tenants are a bounded label: the first hundred that use something have series of their own, all others
// share `other`.

import Synchronization
package import Telemetry

package final class LimitsMetrics: Sendable {
    enum Outcome: String {
        case granted, refused, delayed
    }

    /// Requests of the API that were refused, by bucket.
    let limited: [RequestBucket: Counter]
    let estimates: Counter
    let notices: Counter
    let lostNotices: Counter
    private let registry: MetricsRegistry
    private let tenants = BoundedLabel(limit: 100)
    private let decisions = Mutex<[Series: Counter]>([:])

    private struct Series: Hashable {
        let tenant: String
        let quota: QuotaName
        let outcome: Outcome
    }

    package init(_ registry: MetricsRegistry) {
        self.registry = registry
        limited = Dictionary(
            uniqueKeysWithValues: RequestBucket.allCases.map {
                (
                    $0,
                    registry.counter(
                        "weir_api_requests_limited_total",
                        "Requests of the API refused with 429, by the bucket that was empty.",
                        labels: ["bucket": $0.rawValue])
                )
            })
        estimates = registry.counter(
            "weir_limit_estimates_total",
            "Decisions about a tenant's requests or callbacks made without Redis, which was away or slow.")
        notices = registry.counter("weir_quota_notices_total", "Events quota.reached that were appended.")
        lostNotices = registry.counter(
            "weir_quota_notices_failed_total", "Events quota.reached that could not be appended.")
    }

    /// Counts a decision of a quota.
    func count(_ quota: QuotaName, tenant: String, _ outcome: Outcome) {
        let series = Series(tenant: tenants.admit(tenant), quota: quota, outcome: outcome)
        let counter = decisions.withLock { decisions in
            if let counter = decisions[series] { return counter }
            let counter = registry.counter(
                "weir_quota_decisions_total", "What was asked of a tenant's quota, by what came of it.",
                labels: ["tenant": series.tenant, "quota": quota.rawValue, "outcome": outcome.rawValue])
            decisions[series] = counter
            return counter
        }
        counter.increment()
    }
}
