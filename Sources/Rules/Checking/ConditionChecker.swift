// Checks a condition against the schema of events: that its fields exist for the types it is about, that its values fit them, that
// something can match. Turns it into what the matcher evaluates.

import Events
import Language

struct ConditionChecker {
    var findings: Findings
    /// What the matcher evaluates, of all routes.
    var program = Program()
    /// Gathers the words of `contains` over all routes.
    var words = WordIndex.Builder()
    /// Numbers the values that fields must have.
    var values = ValueNumbers()
    /// Whether a part that never holds has been reported, so that its route is not reported for it again.
    var hasReportedImpossible = false

    init(findings: Findings) { self.findings = findings }

    /// A condition is a step of the program.
    typealias Checked = (condition: Int32, requirement: Requirement)

    /// - Parameter context: the types that can reach this part of the condition.
    /// - Returns: nil if there are errors, which have been reported.
    mutating func check(_ expression: Expression, context: EventTypeSet) -> Checked? {
        switch expression {
        case .and(let parts, let range): conjunction(parts, range, context: context)
        case .or(let parts, let range): disjunction(parts, range, context: context)
        case .not(let part, let range): negation(part, range, context: context)
        case .comparison(let comparison): check(comparison, context: context)
        }
    }

    private mutating func conjunction(_ parts: [Expression], _ range: SourceRange, context: EventTypeSet) -> Checked? {
        // Each part is about the types that all the others leave, whether they stand before or behind it.
        let reaches = parts.map { TypeReach($0).whenTrue }
        var behind = [EventTypeSet](repeating: .all, count: parts.count + 1)
        for index in parts.indices.reversed() { behind[index] = behind[index + 1].intersection(reaches[index]) }
        var before = context
        var conditions: [Int32] = []
        conditions.reserveCapacity(parts.count)
        var requirement = Requirement.none
        for (index, part) in parts.enumerated() {
            let reached = before.intersection(behind[index + 1])
            if let checked = check(part, context: reached) {
                conditions.append(checked.condition)
                requirement.formAnd(checked.requirement)
            }
            before = before.intersection(reaches[index])
        }
        guard conditions.count == parts.count else { return nil }
        warnOfContradictions(parts)
        return (program.add(.and, of: conditions, at: range), requirement)
    }

    private mutating func disjunction(_ parts: [Expression], _ range: SourceRange, context: EventTypeSet) -> Checked? {
        let checked = parts.compactMap { check($0, context: context) }
        guard checked.count == parts.count else { return nil }
        warnOfOpposites(parts)
        let conditions = checked.map { $0.condition }
        return (program.add(.or, of: conditions, at: range), Requirement.anyOf(checked.map { $0.requirement }))
    }

    private mutating func negation(_ part: Expression, _ range: SourceRange, context: EventTypeSet) -> Checked? {
        guard let checked = check(part, context: context) else { return nil }
        var requirement = Requirement.any
        if case .type(let types) = program.steps[Int(checked.condition)] {
            requirement = Requirement(types: .all.subtracting(types), possibleTypes: .all, isExact: true)
        }
        return (program.add(.not(checked.condition), at: range), requirement)
    }
}

/// The types for which a condition can be true, and those for which it can be false, as far as it asks for `type`.
struct TypeReach {
    var whenTrue: EventTypeSet
    var whenFalse: EventTypeSet

    init(_ expression: Expression) {
        whenTrue = .all
        whenFalse = .all
        switch expression {
        case .and(let parts, _):
            whenFalse = EventTypeSet()
            for part in parts {
                let reach = TypeReach(part)
                whenTrue = whenTrue.intersection(reach.whenTrue)
                whenFalse = whenFalse.union(reach.whenFalse)
            }
        case .or(let parts, _):
            whenTrue = EventTypeSet()
            for part in parts {
                let reach = TypeReach(part)
                whenTrue = whenTrue.union(reach.whenTrue)
                whenFalse = whenFalse.intersection(reach.whenFalse)
            }
        case .not(let part, _):
            let reach = TypeReach(part)
            (whenTrue, whenFalse) = (reach.whenFalse, reach.whenTrue)
        case .comparison(let comparison):
            guard comparison.field.value == Field.type.name, let types = comparison.eventTypes else { return }
            (whenTrue, whenFalse) = (types, .all.subtracting(types))
        }
    }
}
