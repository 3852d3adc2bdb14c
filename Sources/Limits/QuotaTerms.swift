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

    /// Asked for every callback, so without the rest.
    package func callbacks(of tenant: String) -> Rate? {
        byTenant[tenant]?.callbacks ?? everyone?.callbacks
    }
}
