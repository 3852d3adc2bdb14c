// A condition that stands by itself: which events a subscription, or a replay, is for. It is a rule set of one route without targets, so
// what checks and matches rules checks and matches it.

package import Events
package import Language

/// A class, since loops share it without a copy.
package final class Filter: Sendable {
    /// As it was written.
    package let text: String
    fileprivate let rules: RuleSet

    /// A condition that people can read has a tenth of it.
    package static let bytesMax = 4096
    /// What findings call its file.
    private static let name = "filter"

    fileprivate init(_ text: String, _ rules: RuleSet) {
        self.text = text
        self.rules = rules
    }

    /// - Parameter types: those of the events it will be asked about; a condition that none of them can meet is a mistake.
    package static func check(_ text: String, types: EventTypeSet = .all) -> CheckedFilter {
        let file = SourceFile(name: name, text: text)
        var cursor = Cursor(file)
        let start = cursor.next.range
        guard text.utf8.count <= bytesMax else {
            _ = cursor.error("a filter has at most \(bytesMax) bytes", at: start)
            return CheckedFilter(filter: nil, findings: cursor.findings)
        }
        let parsed = try? expression(&cursor)
        guard let parsed, !cursor.findings.hasErrors else {
            return CheckedFilter(filter: nil, findings: cursor.findings)
        }
        let range = cursor.range(from: start)
        var conditions = ConditionChecker(findings: cursor.findings)
        let checked = conditions.check(parsed, context: types)
        if let checked {
            let reachable = checked.requirement.types.intersection(checked.requirement.possibleTypes)
            if checked.requirement.isImpossible || reachable.intersection(types).isEmpty {
                conditions.findings.error("no event fits this filter", at: range)
            }
        }
        guard let checked, !conditions.findings.hasErrors else {
            return CheckedFilter(filter: nil, findings: conditions.findings)
        }
        var rules = CheckedRules()
        rules.routes = [
            RuleSet.Route(
                name: Located(name, at: range), condition: checked.condition, targets: [], stops: false, isShadow: false
            )
        ]
        rules.requirements = [checked.requirement]
        rules.take(conditions)
        return CheckedFilter(filter: Filter(text, RuleSet(rules, files: [file])), findings: conditions.findings)
    }

    private static func expression(_ cursor: inout Cursor) throws(Reported) -> Expression {
        let expression = try ExpressionParser.parse(&cursor)
        guard cursor.isAtEnd else { throw cursor.refuse("`and`, `or` or the end") }
        return expression
    }
}

/// What came of checking a filter: it, unless there are errors, and all that is to be said about it.
package struct CheckedFilter: Sendable {
    package let filter: Filter?
    package let findings: Findings
}

/// Asks one filter about one event after the other. Belongs to one loop, for its working memory.
package struct FilterMatcher {
    private var matcher: Matcher
    private let condition: Int32

    package init(_ filter: Filter) {
        matcher = Matcher(filter.rules)
        condition = filter.rules.routes[0].condition
    }

    package mutating func matches(_ event: Event) -> Bool {
        matcher.beginEvent()
        return matcher.holds(condition, event)
    }
}
