// Tells tenants of their quotas: an event `quota.reached`, appended to the tenant's own stream, so that rules route it like any
// other. Told once for each occasion, over all processes, since the edge drops what comes twice.

package import Crypto
package import Events
package import Loop
import Telemetry

struct QuotaNotice: Equatable {
    let tenant: String
    /// Empty: the tenant as a whole.
    let account: String
    let quota: QuotaName
    let percent: Int
    let used: Int
    let limit: Int
    let freesAt: Timestamp?
    /// With tenant, account and quota: what makes two notices the same one.
    let occasion: String

    var key: String { "quota:\(tenant):\(account):\(quota.rawValue):\(occasion)" }
}

/// Belongs to one loop.
package final class QuotaHerald {
    /// Keeps an event; the key recognises a repetition. Whether it could.
    package typealias Keep = (_ event: Event, _ key: String) async -> Bool

    private let loop: EventLoop
    private var random: RandomSource
    private let keep: Keep
    private let metrics: LimitsMetrics
    private var ids = EventIDGenerator()
    /// Keys of notices that are on their way, or arrived lately.
    private var told = BoundedTable<String, Bool>(countMax: 10_000)

    package init(loop: EventLoop, random: RandomSource, metrics: LimitsMetrics, keep: @escaping Keep) {
        self.loop = loop
        self.random = random
        self.metrics = metrics
        self.keep = keep
    }

    /// - Parameter afterwards: run once the event is kept.
    func tell(_ notice: QuotaNotice, afterwards: @escaping () async -> Void = {}) {
        let isNew = told.use(notice.key, or: false) { isTold in
            defer { isTold = true }
            return !isTold
        }
        guard isNew else { return }
        let event = event(of: notice)
        loop.spawn { [self] in
            guard await keep(event, notice.key) else {
                // The next occasion to tell tries again.
                metrics.lostNotices.increment()
                told.use(notice.key, or: false) { $0 = false }
                return
            }
            metrics.notices.increment()
            await afterwards()
        }
    }

    private func event(of notice: QuotaNotice) -> Event {
        let now = Timestamp(milliseconds: loop.wallMilliseconds) ?? .epoch
        var event = Event(.quotaReached, at: now, source: .system)
        event.set(.id, to: ids.next(at: now, using: &random))
        event.set(.tenant, to: notice.tenant)
        event.set(.account, to: notice.account)
        event.set(.dedupe, to: notice.key)
        event.set(.quota, to: notice.quota.rawValue)
        event.set(.percent, to: notice.percent)
        event.set(.used, to: notice.used)
        event.set(.limit, to: notice.limit)
        if let freesAt = notice.freesAt { event.set(.freesAt, to: freesAt) }
        return event
    }
}
