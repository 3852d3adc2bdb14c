// How accounts are spread over partitions, and the names of all keys in Redis.
//
// | key                     | type   | written by      | goes when                                                       |
// | ----------------------- | ------ | --------------- | --------------------------------------------------------------- |
// | weir:{p}:in             | stream | edge            | routed, and too old or too many (`history`; trimmed by a commit) |
// | weir:{p}:kept           | string | router          | never: from this id on `in` has every event                     |
// | weir:{p}:seen:<hash>    | string | edge            | after the dedupe window (EX)                                    |
// | weir:{p}:cursor         | string | router          | never: id of the last entry of `in` that was routed             |
// | weir:{p}:webhooks       | stream | router          | the delivery has an outcome (XDEL by the worker's settlement)   |
// | weir:{p}:retry          | zset   | worker          | delivered, or dead; score = due time in ms, member = stream id  |
// | weir:{p}:delivery:<id>  | hash   | worker          | with its member of `retry`: what a waiting retry needs          |
// | weir:{records}:endpoint:<id>, :endpoints | hash, zset | worker | nothing is wrong with the endpoint any more (`EndpointStateStore`) |
// | weir:{p}:attempts:<endpoint> | stream | worker     | `delivery.history` after the last one; beyond `history-entries` the oldest |
// | weir:{p}:dead:<endpoint> | stream | worker         | `delivery.dead-letters` after the last one; beyond `dead-letter-entries` the oldest |
// | weir:{p}:endpoints      | zset   | worker          | with what is kept of the endpoint: those that have any; score = ms of the last |
// | weir:{p}:replay:<id>    | hash   | replays         | a week after its last step: how far a replay has come           |
// | weir:{p}:accounts, :outbound, :alerts | stream | router | taken by their handlers, which later issues build          |
// | weir:{p}:unroutable     | stream | router          | never: records it cannot read, for a human                      |
// | weir:{p}:lease:<role>   | string | lease keeper    | expires (PX) unless renewed; value `<owner>#<token>`            |
// | weir:{p}:fence:<role>   | string | lease keeper    | never: the last token given out                                 |
// | weir:members:<role>     | zset   | lease keeper    | score = ms until which the member counts as alive               |
// | weir:{t:<tenant>}:rate:<what> | hash | leased buckets | a period after its last use: tokens that loops take portions of |
// | weir:{t:<tenant>}:day:<date>  | hash | quota book   | after 400 days: messages of that day, what was told of them      |
// | weir:{t:<tenant>}:day:<date>:accounts | hash | quota book | after 3 days: what single accounts used                    |
// | weir:{t:<tenant>}:sends:<account>, :messages | hash | quota book | a period after its last use                         |
// | weir:{t:<tenant>}:taken:<use> | string | quota book | after 10 minutes: that this use was counted                       |
// | weir:{t:<tenant>}:accounts    | set  | quota book   | with the tenant: the accounts that have a place                  |
// | weir:{t:<tenant>}:endpoint:<endpoint>:<hour> | hash | worker | after 26 hours: deliveries and latencies of that hour     |
// | weir:{t:<tenant>}:accounts:days | hash | quota book | with the tenant: how many they were on 400 days of change       |
//
// All keys of a partition carry its number as hash tag, so that each atomic step stays in one slot of a Redis Cluster.

package import Redis

/// A share of the accounts whose events keep their order and have one owner at a time.
package struct Partition: Hashable, Sendable, Comparable {
    package let number: Int

    /// Fixed: changing it would send an account's new events past its old ones. Sixteen keep two to sixteen loops busy.
    package static let count = 16
    package static let all = (0..<count).map(Partition.init)

    init(number: Int) { self.number = number }

    /// FNV-1a over tenant and account, the same in every process and version.
    package init(tenant: String, account: Span<UInt8>) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in tenant.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = hash &* 0x100_0000_01b3
        for index in account.indices { hash = (hash ^ UInt64(account[index])) &* 0x100_0000_01b3 }
        number = Int(hash % UInt64(Self.count))
    }

    package static func < (left: Partition, right: Partition) -> Bool { left.number < right.number }

    package var inbox: String { key("in") }
    package var cursor: String { key("cursor") }
    package var kept: String { key("kept") }
    package var webhooks: String { key("webhooks") }
    package var retry: String { key("retry") }
    /// Endpoints of which there are attempts or dead letters.
    package var endpoints: String { key("endpoints") }
    package func attempts(_ endpoint: String) -> String { key("attempts:" + endpoint) }
    package func dead(_ endpoint: String) -> String { key("dead:" + endpoint) }
    package func replay(_ id: String) -> String { key("replay:" + id) }
    package var accounts: String { key("accounts") }
    package var outbound: String { key("outbound") }
    package var alerts: String { key("alerts") }
    package var unroutable: String { key("unroutable") }
    package func delivery(_ id: StreamID) -> String { deliveryPrefix + id.description }
    /// What the keys of waiting deliveries begin with.
    package var deliveryPrefix: String { key("delivery:") }
    package func seen(_ dedupe: String) -> String { key("seen:" + dedupe) }
    package func lease(_ role: LeaseRole) -> String { key("lease:" + role.rawValue) }
    package func fence(_ role: LeaseRole) -> String { key("fence:" + role.rawValue) }

    private func key(_ suffix: String) -> String { "weir:{\(number)}:" + suffix }
}

/// What a lease on a partition entitles to.
package enum LeaseRole: String, Sendable, CaseIterable {
    case router
    case worker

    var members: String { "weir:members:" + rawValue }
}
