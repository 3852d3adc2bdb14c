// The quotas, kept in Redis for all processes: what is taken is taken in one step or not at all, and can be given back. Exact, so
// without Redis nothing can be taken: the caller says so to its client, or waits.

import Codec
package import Events
import Gateway
import Language
import Loop
package import Redis
import Rules

/// Belongs to one loop.
package final class QuotaBook {
    let redis: RedisClient
    /// Replaced at a reload.
    package var quotas: QuotaTable
    private let herald: QuotaHerald
    private let metrics: LimitsMetrics
    /// By name, since they are read from files.
    private var zones = BoundedTable<String, ZoneInfo>(countMax: 1000)

    /// How long a reference is remembered: longer than a reply can be missing.
    private static let referenceLives = Duration.seconds(600)

    package init(redis: RedisClient, quotas: QuotaTable, herald: QuotaHerald, metrics: LimitsMetrics) {
        self.redis = redis
        self.quotas = quotas
        self.herald = herald
        self.metrics = metrics
    }

    private var wallMilliseconds: Int64 { redis.loop.wallMilliseconds }

    /// What a tenant may use, by rules and record.
    package func terms(of tenant: String, _ allowance: TenantAllowance) -> QuotaTerms {
        // Names are checked when they are set; the database may have lost one since.
        let zone = zones.use(allowance.timezone, or: ZoneName.zone(allowance.timezone) ?? .utc) { $0 }
        return quotas.terms(of: tenant, allowance, zone)
    }

    // MARK: Messages

    /// Takes of `messages` and `sends` for messages that an account is to send.
    /// - Parameter reference: names this use among the tenant's. Taken again under the same one within ten minutes, nothing more
    ///   is counted: a caller whose connection to Redis broke off asks again, and loses nothing.
    package func takeMessages(
        _ terms: QuotaTerms, count: Int = 1, account: String, reference: String
    ) async throws(RedisError) -> QuotaDecision {
        let today = terms.today(at: wallMilliseconds)
        let grant = QuotaGrant(
            tenant: terms.tenant, reference: reference, count: count, meters: terms.meters(of: account, on: today.date))
        let values = try await run(Self.taking, grant)
        guard values.count == 5, grant.meters.indices.contains(Int(values[1])) else {
            throw .unexpectedReply(to: "take")
        }
        let meter = grant.meters[Int(values[1])]
        let used = Int(values[2])
        // The first meter is the tenant's day, which has a limit where the quota is of a day.
        if values[1] == 0, let limit = meter.limit {
            tellOfDay(terms, today, used: used, limit: limit, isRefused: values[0] == 0, told: Int(values[4]))
        }
        guard values[0] == 0 else {
            tally(terms, .messages, .granted)
            return .granted(grant)
        }
        let shortage = QuotaShortage(
            quota: meter.quota, limit: meter.limit ?? 0, used: used,
            freesAt: count > meter.limit ?? 0 ? nil : freesAt(meter, today, waitMicroseconds: values[3]))
        if values[1] != 0 { tellOfShortage(terms, account: account, shortage) }
        tally(terms, meter.quota, terms.excess == .delay ? .delayed : .refused)
        return terms.excess == .delay ? .delayed(shortage) : .refused(shortage)
    }

    /// Gives back what was taken for something that did not happen; once, however often it is called.
    package func giveBack(_ grant: QuotaGrant) async throws(RedisError) {
        _ = try await run(Self.returning, grant)
    }

    private func run(_ script: RedisScript, _ grant: QuotaGrant) async throws(RedisError) -> [Int64] {
        let keys = [TenantKeys(grant.tenant).reference(grant.reference)] + grant.meters.map(\.key)
        let reply = try await redis.run(script, keys: keys) { command in
            command.append(Int64(grant.count))
            command.append(Self.referenceLives.milliseconds)
            for meter in grant.meters {
                switch meter.kind {
                case .day(let field, let keptFor):
                    command.append("day")
                    command.append(field)
                    command.append(Int64(meter.limit ?? -1))
                    command.append(keptFor.milliseconds / 1000)
                case .bucket(let period):
                    command.append("bucket")
                    command.append("")
                    command.append(Int64(meter.limit ?? 0))
                    command.append(period.nanoseconds / 1000)
                }
            }
        }
        return (reply.array ?? []).compactMap(\.integer)
    }

    private func freesAt(_ meter: QuotaMeter, _ today: TenantDay, waitMicroseconds wait: Int64) -> Timestamp? {
        switch meter.kind {
        case .day: today.end
        case .bucket: Timestamp(milliseconds: wallMilliseconds + wait / 1000 + 1)
        }
    }

    // MARK: Accounts

    /// Takes a place for an account that is to be made. One that has its place keeps it, so asking twice takes once.
    package func takeAccount(_ terms: QuotaTerms, id: String) async throws(RedisError) -> QuotaDecision {
        let values = try await changeAccounts(Self.takingAccount, terms, id)
        guard values.count == 2 else { throw .unexpectedReply(to: "take-account") }
        guard values[0] == 0 else {
            tally(terms, .accounts, .granted)
            return .granted(QuotaGrant(tenant: terms.tenant, reference: id, count: 1, meters: []))
        }
        let shortage = QuotaShortage(quota: .accounts, limit: terms.accounts, used: Int(values[1]), freesAt: nil)
        tellOfShortage(terms, account: "", shortage)
        // Time makes no room, so there is nothing to wait for.
        tally(terms, .accounts, .refused)
        return .refused(shortage)
    }

    /// When an account is gone, or was not made after all.
    package func giveBackAccount(_ terms: QuotaTerms, id: String) async throws(RedisError) {
        _ = try await changeAccounts(Self.returningAccount, terms, id)
    }

    private func changeAccounts(
        _ script: RedisScript, _ terms: QuotaTerms, _ id: String
    ) async throws(RedisError) -> [Int64] {
        let keys = TenantKeys(terms.tenant)
        let today = terms.today(at: wallMilliseconds)
        let reply = try await redis.run(script, keys: [keys.accounts, keys.accountDays]) { command in
            command.append(id)
            command.append(Int64(terms.accounts))
            command.append(today.date.description)
            command.append(Int64(UsageDay.daysKept))
        }
        return (reply.array ?? []).compactMap(\.integer)
    }

    // MARK: Telling

    private func tellOfDay(
        _ terms: QuotaTerms, _ today: TenantDay, used: Int, limit: Int, isRefused: Bool, told: Int
    ) {
        // Wide, since a limit may be as large as the counter.
        let level =
            isRefused || used >= limit
            ? 100 : used.multipliedFullWidth(by: 100) >= limit.multipliedFullWidth(by: 80) ? 80 : 0
        guard level > told else { return }
        let key = TenantKeys(terms.tenant).day(today.date)
        let notice = QuotaNotice(
            tenant: terms.tenant, account: "", quota: .messages, percent: level, used: used, limit: limit,
            freesAt: level == 100 ? today.end : nil, occasion: "\(today.date):\(level)")
        herald.tell(notice) { [redis] in
            // If this fails, the next message tells again, and the event's key keeps it from being a second one.
            _ = try? await redis.send(RedisCommand("HSET", key, "told:\(level)", "1"))
        }
    }

    /// At most once a minute, over all processes.
    private func tellOfShortage(_ terms: QuotaTerms, account: String, _ shortage: QuotaShortage) {
        herald.tell(
            QuotaNotice(
                tenant: terms.tenant, account: account, quota: shortage.quota, percent: 100, used: shortage.used,
                limit: shortage.limit, freesAt: shortage.freesAt, occasion: "minute:\(wallMilliseconds / 60_000)"))
    }

    private func tally(_ terms: QuotaTerms, _ quota: QuotaName, _ outcome: LimitsMetrics.Outcome) {
        metrics.count(quota, tenant: terms.tenant, outcome)
    }
}

/// The day of a tenant.
package struct TenantDay {
    package let date: CivilDate
    let end: Timestamp?
}

extension QuotaTerms {
    package func today(at wallMilliseconds: Int64) -> TenantDay {
        let seconds = wallMilliseconds / 1000
        return TenantDay(
            date: CivilDate(daysSince1970: zone.day(at: seconds)),
            end: Timestamp(seconds: zone.endOfDay(after: seconds)))
    }
}
