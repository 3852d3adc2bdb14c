// What a tenant may use, found from all who have a say: its own block in the rule file, then its record, then the block
// `quota default`, then the defaults of a tenant.

package import Codec
import Events
import Gateway
package import Language
package import Rules

package enum QuotaName: String, CaseIterable, Sendable {
    case accounts, messages, sends, callbacks
}

/// What a tenant's record says.
package struct TenantAllowance: Sendable {
    package var accounts: Int?
    package var messagesPerDay: Int?
    /// The name of the zone whose midnight begins its days.
    package var timezone: String

    package init(accounts: Int? = nil, messagesPerDay: Int? = nil, timezone: String = ZoneName.default) {
        self.accounts = accounts
        self.messagesPerDay = messagesPerDay
        self.timezone = timezone
    }
}

package struct QuotaTerms: Equatable, Sendable {
    package var tenant: String
    package var accounts: Int
    package var messages: Quota.Rate
    /// nil: as many as there are.
    package var sends: Quota.Rate?
    package var callbacks: Rate?
    package var excess: Quota.Excess
    package var zone: ZoneInfo
}

extension QuotaTerms {
    /// What accounts used on a day is of use until everybody's day is over.
    private static let accountsKeptFor = Duration.seconds(3 * 86_400)

    /// What one message counts towards. The first is the tenant's record of the day, whatever the quotas are.
    func meters(of account: String, on date: CivilDate) -> [QuotaMeter] {
        let keys = TenantKeys(tenant)
        let isOfTenantsDay = messages.period == .day && !messages.isPerAccount
        var meters = [
            QuotaMeter(
                quota: .messages, key: keys.day(date), kind: .day(field: "messages", keptFor: UsageDay.keptFor),
                limit: isOfTenantsDay ? messages.count : nil)
        ]
        func add(_ quota: QuotaName, _ rate: Quota.Rate) {
            let account = rate.isPerAccount ? account : nil
            if rate.period == .day {
                let field = quota.rawValue + (account.map { ":" + $0 } ?? "")
                let kind = QuotaMeter.Kind.day(field: field, keptFor: Self.accountsKeptFor)
                meters.append(QuotaMeter(quota: quota, key: keys.accounts(on: date), kind: kind, limit: rate.count))
            } else {
                let kind = QuotaMeter.Kind.bucket(period: rate.period.duration)
                let key = keys.bucket(quota, account: account)
                meters.append(QuotaMeter(quota: quota, key: key, kind: kind, limit: rate.count))
            }
        }
        if !isOfTenantsDay { add(.messages, messages) }
        if let sends { add(.sends, sends) }
        return meters
    }
}

/// The quotas of the rule file. A reload makes another one.
package struct QuotaTable: Sendable {
    private var byTenant: [String: Quota] = [:]
    private var everyone: Quota?

    package static let accountsByDefault = 10
    package static let messagesPerDayByDefault = 10_000

    package init(_ quotas: [Quota]) {
        for quota in quotas {
            switch quota.subject {
            case .everyone: everyone = quota
            case .tenant(let name): byTenant[name] = quota
            }
        }
    }

    func terms(of tenant: String, _ allowance: TenantAllowance, _ zone: ZoneInfo) -> QuotaTerms {
        let own = byTenant[tenant]
        let daily = { (count: Int) in Quota.Rate(count: count, period: .day, isPerAccount: false) }
        return QuotaTerms(
            tenant: tenant,
            accounts: own?.accounts ?? allowance.accounts ?? everyone?.accounts ?? Self.accountsByDefault,
            messages: own?.messages ?? allowance.messagesPerDay.map(daily) ?? everyone?.messages
                ?? daily(Self.messagesPerDayByDefault),
            sends: own?.sends ?? everyone?.sends, callbacks: callbacks(of: tenant),
            excess: own?.excess ?? everyone?.excess ?? .reject, zone: zone)
    }

    /// Whose block limits a tenant's use of a quota; nil if that is a default of Weir's.
    func source(of quota: QuotaName, tenant: String) -> Quota.Subject? {
        [byTenant[tenant], everyone].lazy.compactMap { $0 }.first { $0.limits(quota) }?.subject
    }

    /// Asked for every callback, so without the rest.
    package func callbacks(of tenant: String) -> Rate? {
        byTenant[tenant]?.callbacks ?? everyone?.callbacks
    }
}

extension Quota {
    fileprivate func limits(_ quota: QuotaName) -> Bool {
        switch quota {
        case .accounts: accounts != nil
        case .messages: messages != nil
        case .sends: sends != nil
        case .callbacks: callbacks != nil
        }
    }
}
