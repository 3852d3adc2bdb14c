// Why an event went where it went: for each route, that it matched, or the first clause that was false and what it saw.

package import Events
import Language

package struct Explanation: Sendable {
    package enum Outcome: Equatable, Sendable {
        case matched
        /// A clause was false: its text and place, and the values of the fields it asks for, nil for an absent one.
        case failed(clause: String, place: String, seen: [Seen])
        /// Not tried, since an earlier route said `stop`.
        case stopped(by: String)
    }

    package struct Seen: Equatable, Sendable {
        package var field: Field
        package var value: String?
    }

    package struct Route: Sendable {
        package var name: String
        /// Of its name in the file.
        package var place: String
        package var outcome: Outcome
        package var targets: [Target]
        package var stops: Bool
        package var isShadow: Bool
    }

    package var version: String
    package var routes: [Route]
    package var decision: Decision
    package var targets: [Target]
}

extension Matcher {
    /// Tries every route, without the index, and says what became of it.
    package mutating func explain(_ event: Event) -> Explanation {
        let decision = decide(event)
        beginEvent()
        var stopper: String?
        var values: [Field: String?] = [:]
        func shown(_ field: Field) -> String? {
            if let value = values[field] { return value }
            let value = event.shown(field)
            values[field] = .some(value)
            return value
        }
        var explained: [Explanation.Route] = []
        for route in rules.routes {
            let outcome: Explanation.Outcome
            if let stopper {
                outcome = .stopped(by: stopper)
            } else if let clause = firstFalse(route.condition, event) {
                let range = rules.program.ranges[Int(clause)]
                outcome = .failed(
                    clause: range?.oneLine ?? "", place: range?.place ?? "",
                    seen: rules.program.fields(of: clause).map {
                        Explanation.Seen(field: $0, value: shown($0))
                    })
            } else {
                outcome = .matched
                if route.stops, !route.isShadow { stopper = route.name.value }
            }
            explained.append(
                Explanation.Route(
                    name: route.name.value, place: route.name.range.place, outcome: outcome,
                    targets: route.targets.map { rules.targets[$0] },
                    stops: route.stops, isShadow: route.isShadow))
        }
        return Explanation(
            version: rules.version, routes: explained, decision: decision, targets: rules.targets(decision))
    }

    /// The first part of a condition that makes it false: of an `and` its first false part, else the condition itself.
    private mutating func firstFalse(_ step: Int32, _ event: Event) -> Int32? {
        if case .and(let first, let count) = rules.program.steps[Int(step)] {
            for part in rules.program.parts(first, count) {
                if let clause = firstFalse(part, event) { return clause }
            }
            return nil
        }
        return holds(step, event) ? nil : step
    }
}

extension SourceRange {
    /// Of a clause that is a list of ten thousand words, so many bytes are shown: tests may fail at it ten thousand times.
    private static let shownBytes = 2048

    /// The text with its line ends and indentation made single spaces; comments inside of it stay.
    fileprivate var oneLine: String {
        let words = head(Self.shownBytes).shown.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return DisplayWidth.printable(words) + (bytes.count > Self.shownBytes ? " …" : "")
    }
}

extension Event {
    /// The longest value shown, in characters.
    private static let shownLength = 80

    /// A value fit for a line of text: quoted if it is text, cut if it is long, hidden if it is a secret.
    fileprivate func shown(_ field: Field) -> String? {
        guard let value = text(of: field) else { return nil }
        if field.row.isSecret { return "(hidden)" }
        let cut = value.count > Self.shownLength ? value.prefix(Self.shownLength) + "…" : value
        guard field.kind == .text else { return cut }
        var quoted = "\""
        for scalar in cut.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            default:
                let isShown = scalar.properties.generalCategory != .control && !scalar.properties.isBidiControl
                quoted.unicodeScalars.append(isShown ? scalar : "\u{FFFD}")
            }
        }
        return quoted + "\""
    }
}
