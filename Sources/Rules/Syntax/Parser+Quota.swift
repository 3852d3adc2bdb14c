// Quotas: what a tenant may use.

import Language

extension Parser {
    /// What a tenant without a quota of its own may use, and what one tenant may. What a tenant's quota leaves open is taken from
    /// `default`.
    ///
    ///     quota default | tenant "NAME" { [accounts COUNT]  [messages RATE]  [sends RATE]  [over reject | delay] }
    ///
    ///     quota tenant "acme" { messages 2_000_000 per day   over delay }
    func quota(_ cursor: inout Cursor) throws(Reported) -> Located<Quota> {
        let word = try cursor.choice("a quota's subject", among: ["default", "tenant"])
        var quota = Quota(subject: .everyone)
        var owner = "quota default"
        var place = word.range
        if word.value == "tenant" {
            let tenant = try cursor.name("the name of a tenant")
            quota.subject = .tenant(tenant.value)
            owner = "quota tenant \"\(tenant.value)\""
            place = place.through(tenant.range)
        }
        let isSound = try cursor.block(of: owner, once: ["accounts", "messages", "sends", "over"]) {
            cursor, clause throws(Reported) in
            switch clause.value {
            case "accounts":
                quota.accounts = try cursor.integer("a number of accounts", in: 0...Self.countLimit).value
            case "messages": quota.messages = try rate(&cursor)
            case "sends": quota.sends = try rate(&cursor)
            default:
                let words = Quota.Excess.allCases.map(\.rawValue)
                let excess = try cursor.choice("what happens over the quota", among: words)
                quota.excess = Quota.Excess(rawValue: excess.value)
            }
        }
        if isSound, quota.accounts == nil, quota.messages == nil, quota.sends == nil, quota.excess == nil {
            cursor.warning("this quota says nothing", at: place)
        }
        return Located(quota, at: place)
    }

    /// How often something may happen.
    ///
    ///     RATE = COUNT per second | minute | hour | day [per account]
    private func rate(_ cursor: inout Cursor) throws(Reported) -> Quota.Rate {
        let count = try cursor.integer("a number of events", in: 0...Self.countLimit)
        try cursor.expect("per")
        let words = Quota.Rate.Period.allCases.map(\.rawValue)
        let period = try cursor.choice("a period", among: words)
        var isPerAccount = false
        if cursor.accept("per") != nil {
            try cursor.expect("account")
            isPerAccount = true
        }
        return Quota.Rate(
            count: count.value, period: Quota.Rate.Period(rawValue: period.value) ?? .second, isPerAccount: isPerAccount
        )
    }

    /// Far above what a tenant can use; counters of quotas stay exact up to here in every store and every JSON reader.
    private static let countLimit = 1_000_000_000_000
}
