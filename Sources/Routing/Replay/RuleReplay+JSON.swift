// A replay as JSON: `weir rules diff --json`, and the answer of the API.

package import Codec
import Events
import Rules

extension RuleReplay {
    /// Of longer tables the rows that differ come first.
    package static let jsonRowsMax = 1000

    package var json: JSONValue {
        [
            "before": .string(diff.versionBefore), "after": .string(diff.versionAfter),
            "since": .string(since.description), "until": .string(until.description),
            "complete": .bool(isComplete), "complete_since": .string(completeSince.description),
            "truncated": .bool(isTruncated), "events": Self.number(diff.events),
            "unchanged": Self.number(diff.unchanged), "changed": Self.number(diff.changed),
            "rerouted": Self.number(diff.rerouted), "unreadable": Self.number(diff.unreadable),
            "routes": Self.table(diff.routes), "targets": Self.table(diff.targets),
            "changes": .array(diff.changes.map(Self.json)),
        ]
    }

    private static func table(_ rows: [RuleDiff.Row]) -> JSONValue {
        let differing = rows.filter(\.differs)
        let shown =
            rows.count <= jsonRowsMax ? rows : Array((differing + rows.filter { !$0.differs }).prefix(jsonRowsMax))
        return .array(
            shown.map { row in
                [
                    "name": .string(row.name), "before": row.isInBefore ? number(row.before) : .null,
                    "after": row.isInAfter ? number(row.after) : .null,
                ]
            })
    }

    private static func json(_ change: RuleDiff.Change) -> JSONValue {
        func list(_ names: [String]) -> JSONValue { .array(names.map(JSONValue.string)) }
        return [
            "id": .string(change.id), "time": .string(change.time.description), "type": .string(change.type),
            "tenant": .string(change.tenant), "account": .string(change.account), "before": list(change.before),
            "after": list(change.after), "began": list(change.began), "ceased": list(change.ceased),
        ]
    }

    private static func number(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }
}
