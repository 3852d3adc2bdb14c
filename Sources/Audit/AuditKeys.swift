// The keys of the audit log in Redis. They share their hash tag with the records (`Records/RecordKeys.swift`), so that a change and
// its entry are one atomic step.
//
// | key                                | type   | what                                                     | goes when           |
// | ---------------------------------- | ------ | -------------------------------------------------------- | ------------------- |
// | weir:{records}:audit               | stream | the entries; id = `<ms>-<number>`, numbers count from 1  | past the retention  |
// | weir:{records}:audit:head          | string | `<id> <hash>` of the last entry                          | never               |
// | weir:{records}:audit:base          | string | `<id> <hash>` of the last entry that retention removed   | never               |
// | weir:{records}:audit:all           | zset   | numbers of all entries, by ms                            | with its entries    |
// | weir:{records}:audit:tenant:<id>   | zset   | numbers of a tenant's entries, by ms                     | with its entries    |
// | weir:{records}:audit:actor:<id>    | zset   | numbers of what one user, key or part of Weir did        | with its entries    |
// | weir:{records}:audit:object:<kind>/<id> | zset | numbers of what was done to one object                | with its entries    |

package enum AuditKeys {
    package static let stream = "weir:{records}:audit"
    package static let head = stream + ":head"
    package static let base = stream + ":base"

    static let all = stream + ":all"
    static func tenant(_ id: String) -> String { stream + ":tenant:" + id }
    static func actor(_ id: String) -> String { stream + ":actor:" + id }
    static func object(_ object: AuditObject) -> String { stream + ":object:" + object.kind + "/" + object.id }
}

extension AuditEntry {
    /// The indexes that the entry stands in.
    var indexes: [String] {
        [
            AuditKeys.all, tenant.map(AuditKeys.tenant), actor.id.map(AuditKeys.actor), object.map(AuditKeys.object),
        ].compactMap(\.self)
    }
}
