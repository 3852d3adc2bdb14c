// A replay as text, for `weir rules diff` and the console.

import Events
import Language
import Loop
import Rules

extension RuleReplay {
    /// Longer tables show only what differs.
    private static let textRowsMax = 40

    /// - Parameters:
    ///   - before: what the old rules are called, as `after` the new ones.
    ///
    ///     before  Rules (0123456789abcdef)
    ///     after   new.rules (fedcba9876543210)
    ///     events  120 of the last 24h, from 2026-11-23T20:00:00.000Z to 2026-11-24T20:00:00.000Z
    ///             the recording is complete for the last 1h 2m only (since 2026-11-24T18:58:00.000Z); …
    ///     goes elsewhere 2, unchanged 118 (3 of them by other routes)
    ///
    ///     route        before  after
    ///     complaints        0      2   new
    ///
    ///     2026-11-24T19:58:00.000Z  message.received  acme/sales  019d…
    ///       webhooks → webhooks, alert "complaint" level warning
    ///       now matched by "complaints"
    package func rendered(before: String, after: String) -> String {
        var lines = [
            "before  \(before) (\(diff.versionBefore))", "after   \(after) (\(diff.versionAfter))",
            "events  \(diff.events) of the last \(Self.text(since, until)), from \(since) to \(until)",
        ]
        if isTruncated {
            lines.append("        these are the latest ones, since \(completeSince): a replay takes no more at once")
        } else if !isComplete {
            lines.append(
                "        the recording is complete for the last \(Self.text(completeSince, until)) only (since "
                    + "\(completeSince)); it grows as far as `history` in weir.conf says")
        }
        if diff.unreadable > 0 { lines.append("        \(diff.unreadable) more cannot be read; no rule sees them") }
        let rerouted = diff.rerouted > 0 ? " (\(diff.rerouted) of them by other routes)" : ""
        lines.append("goes elsewhere \(diff.changed), unchanged \(diff.unchanged)\(rerouted)")
        lines += Self.table("route", diff.routes) + Self.table("target", diff.targets)
        for change in diff.changes { lines += ["", Self.heading(change)] + Self.ways(change) }
        let more = diff.changed - diff.changes.count
        if more > 0 { lines += ["", "and \(more) more that go elsewhere"] }
        return lines.joined(separator: "\n")
    }

    private static func table(_ thing: String, _ all: [RuleDiff.Row]) -> [String] {
        let differing = all.filter(\.differs)
        let rows = all.count <= textRowsMax ? all : Array(differing.prefix(textRowsMax))
        guard !rows.isEmpty else { return [] }
        let width = max(thing.count, rows.map { DisplayWidth.of($0.name) }.max() ?? 0)
        func line(_ name: String, _ before: String, _ after: String, _ note: String) -> String {
            let name = DisplayWidth.printable(name)
            let padding = String(repeating: " ", count: max(0, width - DisplayWidth.of(name)))
            return name + padding + before.right(9) + after.right(9) + note
        }
        var lines = ["", line(thing, "before", "after", "")]
        for row in rows {
            let note = row.isInBefore ? row.isInAfter ? "" : "   gone" : "   new"
            lines.append(line(row.name, String(row.before), String(row.after), note))
        }
        let leftOut = all.count - rows.count
        if leftOut > 0 {
            let same = differing.count <= textRowsMax ? "as before" : "not shown"
            lines.append("(\(leftOut) others \(same))")
        }
        return lines
    }

    private static func heading(_ change: RuleDiff.Change) -> String {
        let account = DisplayWidth.printable("\(change.tenant)/\(change.account)")
        return
            "\(change.time)  \(DisplayWidth.printable(change.type))  \(account)  \(DisplayWidth.printable(change.id))"
    }

    private static func ways(_ change: RuleDiff.Change) -> [String] {
        func list(_ names: [String]) -> String {
            names.isEmpty ? "nowhere" : DisplayWidth.printable(names.joined(separator: ", "))
        }
        func routes(_ names: [String]) -> String {
            DisplayWidth.printable(names.map { "\"\($0)\"" }.joined(separator: ", "))
        }
        var lines = ["  \(list(change.before)) → \(list(change.after))"]
        if !change.began.isEmpty { lines.append("  now matched by \(routes(change.began))") }
        if !change.ceased.isEmpty { lines.append("  no longer matched by \(routes(change.ceased))") }
        return lines
    }

    /// The two largest units: `24h`, `1h 2m`, `59s`.
    private static func text(_ from: Timestamp, _ to: Timestamp) -> String {
        var rest = max(0, to.milliseconds - from.milliseconds) / 1000
        var parts: [String] = []
        for (unit, seconds) in [("h", 3600), ("m", 60), ("s", 1)] as [(String, Int64)] where parts.count < 2 {
            if rest >= seconds { parts.append("\(rest / seconds)\(unit)") }
            rest %= seconds
        }
        return parts.isEmpty ? "0s" : parts.joined(separator: " ")
    }
}

extension String {
    fileprivate func right(_ width: Int) -> String { String(repeating: " ", count: max(1, width - count)) + self }
}
