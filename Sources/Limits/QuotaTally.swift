// The quotas without Redis, in memory and in whatever time the caller keeps: what tests of rules count with. The same meters as the
// book's, and the same answers as its scripts give (Tests/LimitsTests/QuotaTallyTests.swift compares them).

package import Codec
package import Events
import Language
package import Rules

package struct QuotaTally {
    /// What became of some uses, made one behind the other at one instant.
    package struct Answer: Equatable, Sendable {
        package var granted: Int
        /// What the others ran into.
        package var shortage: QuotaShortage?
        /// What happens to them.
        package var excess = Quota.Excess.reject
        /// Which quota of the rule file set the limit that was too low; nil for a default of Weir's.
        package var source: Quota.Subject?

        package init(granted: Int) { self.granted = granted }
    }

    private struct Bucket {
        var tokens: Double
        var at: Int64
    }

    private let table: QuotaTable
    /// By key and field.
    private var days: [String: Int] = [:]
    private var buckets: [String: Bucket] = [:]

    package init(_ table: QuotaTable) { self.table = table }

    /// Takes of `messages` and `sends` for as many messages as there is room for.
    package mutating func takeMessages(
        _ count: Int, tenant: String, account: String, zone: ZoneInfo, at time: Timestamp
    ) -> Answer {
        let terms = table.terms(of: tenant, TenantAllowance(), zone)
        return take(count, terms, account: account, at: time)
    }

    mutating func take(_ count: Int, _ terms: QuotaTerms, account: String, at time: Timestamp) -> Answer {
        let today = terms.today(at: time.milliseconds)
        let meters = terms.meters(of: account, on: today.date)
        let rooms = meters.map { room(in: $0, at: time) }
        let granted = min(count, rooms.compactMap { $0.map { max(0, $0) } }.min() ?? count)
        for meter in meters { add(granted, to: meter, at: time) }
        var answer = Answer(granted: granted)
        answer.excess = terms.excess
        guard granted < count else { return answer }
        let full = zip(meters, rooms).first { ($0.1 ?? .max) <= granted }?.0
        if let full, let limit = full.limit {
            answer.shortage = shortage(of: full, limit, endOfDay: today.end, at: time)
            answer.source = table.source(of: full.quota, tenant: terms.tenant)
        }
        return answer
    }

    /// Takes of `callbacks`, which are refused beyond the quota whatever it says.
    package mutating func takeCallbacks(_ count: Int, tenant: String, at time: Timestamp) -> Answer {
        guard let rate = table.callbacks(of: tenant) else { return Answer(granted: count) }
        let meter = QuotaMeter(
            quota: .callbacks, key: TenantKeys(tenant).bucket(.callbacks, account: nil),
            kind: .bucket(period: rate.period.duration), limit: rate.count)
        let granted = min(count, max(0, room(in: meter, at: time) ?? count))
        add(granted, to: meter, at: time)
        var answer = Answer(granted: granted)
        if granted < count {
            answer.shortage = shortage(of: meter, rate.count, endOfDay: nil, at: time)
            answer.source = table.source(of: .callbacks, tenant: tenant)
        }
        return answer
    }

    // MARK: Meters

    /// For how many more there is room; nil: for any number.
    private func room(in meter: QuotaMeter, at time: Timestamp) -> Int? {
        guard let limit = meter.limit else { return nil }
        switch meter.kind {
        case .day(let field, _): return limit - days[meter.key + "/" + field, default: 0]
        case .bucket: return Int(tokens(of: meter, limit, at: time))
        }
    }

    private func tokens(of meter: QuotaMeter, _ capacity: Int, at time: Timestamp) -> Double {
        guard case .bucket(let period) = meter.kind, let bucket = buckets[meter.key] else { return Double(capacity) }
        let elapsed = Double(max(0, time.milliseconds - bucket.at))
        let refilled = elapsed * Double(capacity) / (period / .milliseconds(1))
        return min(Double(capacity), bucket.tokens + refilled)
    }

    private mutating func add(_ count: Int, to meter: QuotaMeter, at time: Timestamp) {
        switch meter.kind {
        case .day(let field, _): days[meter.key + "/" + field, default: 0] += count
        case .bucket:
            guard count > 0, let capacity = meter.limit else { return }
            let left = tokens(of: meter, capacity, at: time) - Double(count)
            buckets[meter.key] = Bucket(
                tokens: left, at: max(time.milliseconds, buckets[meter.key]?.at ?? time.milliseconds))
        }
    }

    private func shortage(of meter: QuotaMeter, _ limit: Int, endOfDay: Timestamp?, at time: Timestamp) -> QuotaShortage
    {
        switch meter.kind {
        case .day(let field, _):
            return QuotaShortage(
                quota: meter.quota, limit: limit, used: days[meter.key + "/" + field, default: 0],
                freesAt: limit < 1 ? nil : endOfDay)
        case .bucket(let period):
            let left = tokens(of: meter, limit, at: time)
            let wait = ((1 - left) * (period / .milliseconds(1)) / Double(max(1, limit))).rounded(.up)
            return QuotaShortage(
                quota: meter.quota, limit: limit, used: limit - Int(left),
                freesAt: limit < 1 ? nil : Timestamp(milliseconds: time.milliseconds + Int64(wait)))
        }
    }
}
