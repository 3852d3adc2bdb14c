// The keys of records in Redis. A kind (`tenant`, `user`, …) has a family of keys; all share one hash tag, so that a record, its
// names, its place in lists, the notice of the change and the audit entry (`Audit/AuditKeys.swift`) are one atomic step.
//
// | key                              | type   | what                                                         | goes when          |
// | -------------------------------- | ------ | ------------------------------------------------------------ | ------------------ |
// | weir:{records}:<kind>:<id>       | hash   | `version`, `document` (JSON), `names`, `lists` (JSON)        | with the record    |
// | weir:{records}:<kind>/by/<field> | hash   | id by the value of a field that is unique in its kind        | with the records   |
// | weir:{records}:<kind>/in/<list>  | zset   | ids of a list's records, by ms of creation                   | with the records   |
// | weir:{records}:changes           | stream | kind and id of what changed, for caches; ids `1-1`, `1-2`, … | beyond some 10,000 |

package import Codec

package enum RecordKeys {
    package static let changes = "weir:{records}:changes"

    static func record(_ kind: String, _ id: String) -> String { family(kind) + ":" + id }
    static func names(_ kind: String, _ field: String) -> String { family(kind) + "/by/" + field }
    static func list(_ kind: String, _ list: String) -> String { family(kind) + "/in/" + list }
    /// What the keys of a kind begin with.
    static func family(_ kind: String) -> String { "weir:{records}:" + kind }
}

/// What can be stored: a value with an id that becomes a JSON document and back.
package protocol Storable: Sendable {
    /// Names the kind in keys: lower-case letters and hyphens.
    static var kind: String { get }

    var id: String { get }
    /// Milliseconds since 1970; the order of lists.
    var createdAt: Int64 { get }
    /// What no other record of the kind may have: values by field.
    var uniqueNames: [RecordName] { get }
    /// The lists it stands in; one for each filter, or combination of filters, by which it can be looked for.
    var lists: [String] { get }

    var document: JSONValue { get }
    /// Nil when the document is none of this kind.
    init?(document: JSONValue)
}

package struct RecordName: Equatable, Sendable {
    package let field: String
    package let value: String

    package init(_ field: String, _ value: String) {
        self.field = field
        self.value = value
    }
}

/// A value as it stands in Redis.
package struct Stored<Value: Sendable>: Sendable {
    package let value: Value
    /// Counts from 1; the ETag of the API.
    package let version: Int64

    package init(_ value: Value, version: Int64) {
        self.value = value
        self.version = version
    }
}

extension Stored: Equatable where Value: Equatable {}

/// A part of a list.
package struct RecordPage<Value: Sendable>: Sendable {
    package let records: [Stored<Value>]
    /// Ids of those on this page whose documents cannot be read.
    package let damaged: [String]
    /// Of the whole list.
    package let total: Int64
}
