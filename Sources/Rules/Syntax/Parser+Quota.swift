// Quotas: what a tenant may use.

import Language

extension Parser {
    /// What a tenant without a quota of its own may use, and what one tenant may. What a tenant's quota leaves open is taken from
    /// `default`.
    ///
    ///     quota default | tenant "NAME" { [accounts COUNT]  [messages RATE]  [sends RATE]  [callbacks TENANT-RATE]
    ///                                   [over reject | delay] }
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
        let isSound = try cursor.block(of: owner, once: Vocabulary.quota) {
            cursor, clause throws(Reported) in
            switch clause.value {
            case "accounts":
                quota.accounts = try cursor.integer("a number of accounts", in: 0...Self.countLimit).value
            case "messages": quota.messages = try rate(&cursor)
            case "sends": quota.sends = try rate(&cursor)
            case "callbacks": quota.callbacks = try tenantRate(&cursor)
            default:
                let words = Quota.Excess.allCases.map(\.rawValue)
                let excess = try cursor.choice("what happens over the quota", among: words)
                quota.excess = Quota.Excess(rawValue: excess.value)
            }
        }
        if isSound, quota.accounts == nil, quota.messages == nil, quota.sends == nil, quota.callbacks == nil,
            quota.excess == nil
        {
            cursor.warning("this quota says nothing", at: place)
        }
        return Located(quota, at: place)
    }

    /// How often something may happen.
    ///
    ///     RATE = COUNT per second | minute | hour | day [per account]
    private func rate(_ cursor: inout Cursor) throws(Reported) -> Quota.Rate {
        let rate = try cursor.rate("a number of events", count: 0...Self.countLimit).value
        var isPerAccount = false
        if cursor.accept("per") != nil {
            try cursor.expect("account")
            isPerAccount = true
        }
        return Quota.Rate(count: rate.count, period: rate.period, isPerAccount: isPerAccount)
    }

    /// A callback's account is known once its body was opened, which is what its quota is to save.
    ///
    ///     TENANT-RATE = COUNT per second | minute | hour | day
    private func tenantRate(_ cursor: inout Cursor) throws(Reported) -> Rate {
        let rate = try cursor.rate("a number of callbacks", count: 0...Self.countLimit)
        if let more = cursor.accept("per") {
            throw cursor.error(
                "callbacks are counted for the whole tenant", at: more.range,
                hint: "end after the period: \(rate.value)")
        }
        return rate.value
    }

    /// Far above what a tenant can use; counters of quotas stay exact up to here in every store and every JSON reader.
    private static let countLimit = 1_000_000_000_000
}
