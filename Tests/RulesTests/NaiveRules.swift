import Events
import Language

@testable import Rules

/// The twin of the matcher: tries every route in order, and evaluates the syntax tree with the plainest means there are.
struct NaiveRules {
    private var routes: [RouteDeclaration]

    init(_ text: String) {
        var declarations = Declarations()
        var findings = Findings()
        Parser.parse(SourceFile(name: "main.rules", text: text), into: &declarations, findings: &findings)
        routes = declarations.routes
    }

    func matchedRoutes(_ event: Event) -> [String] {
        var names: [String] = []
        for route in routes where !route.isShadow && route.condition.map({ holds($0, event) }) ?? true {
            names.append(route.name.value)
            if route.stops { break }
        }
        return names
    }

    private func holds(_ expression: Expression, _ event: Event) -> Bool {
        switch expression {
        case .and(let parts, _): parts.allSatisfy { holds($0, event) }
        case .or(let parts, _): parts.contains { holds($0, event) }
        case .not(let part, _): !holds(part, event)
        case .comparison(let comparison): holds(comparison, event)
        }
    }

    private func holds(_ comparison: Comparison, _ event: Event) -> Bool {
        if comparison.operator.value == .notEqual {
            var equal = comparison
            equal.operator.value = .equal
            return !holds(equal, event)
        }
        guard let field = Field(name: comparison.field.value), let value = event.text(of: field) else { return false }
        if comparison.operator.value == .exists { return true }
        return comparison.operands.contains { operand in
            switch operand.value {
            case .word(let word), .string(let word): holds(comparison.operator.value, value, word)
            case .quantity(.integer(let number)): holds(comparison.operator.value, Int64(value) ?? 0, number)
            case .quantity: false
            }
        }
    }

    private func holds(_ comparison: Comparison.Operator, _ value: String, _ wanted: String) -> Bool {
        switch comparison {
        // `*` and `message.*`, of event types, are the only such words in the random rules.
        case .equal, .in: wanted.hasSuffix("*") ? value.hasPrefix(wanted.dropLast()) : value == wanted
        case .contains, .containsAny: value.contains(wanted)
        case .startsWith: value.hasPrefix(wanted)
        case .endsWith: value.hasSuffix(wanted)
        case .matches: matches(Array(value)[...], Array(wanted)[...])
        default: false
        }
    }

    private func holds(_ comparison: Comparison.Operator, _ value: Int64, _ wanted: Int64) -> Bool {
        switch comparison {
        case .equal, .in: value == wanted
        case .less: value < wanted
        case .lessOrEqual: value <= wanted
        case .greater: value > wanted
        case .greaterOrEqual: value >= wanted
        default: false
        }
    }

    private func matches(_ text: ArraySlice<Character>, _ glob: ArraySlice<Character>) -> Bool {
        guard let sign = glob.first else { return text.isEmpty }
        if sign == "*" {
            return matches(text, glob.dropFirst()) || (!text.isEmpty && matches(text.dropFirst(), glob))
        }
        guard let character = text.first, sign == "?" || sign == character else { return false }
        return matches(text.dropFirst(), glob.dropFirst())
    }
}
