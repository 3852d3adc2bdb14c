// The keys in Redis of what a tenant uses. All of a tenant's carry its name as hash tag, so that a script may take of several at
// once in a Redis Cluster; the table of all keys opens Gateway/Storage/Partition.swift.

import Events

struct TenantKeys {
    private let prefix: String

    init(_ tenant: String) { prefix = "weir:{t:\(tenant)}:" }

    /// A bucket that loops take portions of.
    func rate(_ purpose: String) -> String { prefix + "rate:" + purpose }
    /// What was used on a day: kept as the tenant's record of it.
    func day(_ date: CivilDate) -> String { prefix + "day:\(date)" }
    /// What single accounts used on a day; of no use when it is over.
    func accounts(on date: CivilDate) -> String { prefix + "day:\(date):accounts" }
    /// The bucket of a quota that is not of a day, of an account or of the tenant (nil).
    func bucket(_ quota: QuotaName, account: String?) -> String {
        prefix + quota.rawValue + (account.map { ":" + $0 } ?? "")
    }
    /// The accounts the tenant has.
    var accounts: String { prefix + "accounts" }
    /// How many they were, at the end of each day on which that changed.
    var accountDays: String { prefix + "accounts:days" }
    /// That something was taken under this reference.
    func reference(_ reference: String) -> String { prefix + "taken:" + reference }
}
