// Comparisons with texts, numbers, flags and times.

import Events
import Language

extension ConditionChecker {
    mutating func text(_ comparison: Comparison, _ field: Field) -> Checked? {
        var texts: [String] = []
        var isSound = true
        for operand in comparison.operands {
            if case .string(let text) = operand.value {
                isSound = !isUseless(text, operand, comparison) && isSound
                texts.append(text)
            } else {
                isSound = false
                _ = mismatch(
                    operand, field, hint: "a text stands in double quotes: \"\(operand.range.text.prefix(40))\"")
            }
        }
        guard isSound else { return nil }
        let bytes = texts.map { Array($0.utf8) }
        guard let first = bytes.first else { return test(comparison, field, .exists) }
        switch comparison.operator.value {
        case .equal: return test(comparison, field, .equal(first), values: texts)
        case .notEqual: return opposite(of: test(comparison, field, .equal(first), values: texts), comparison)
        case .in:
            return test(comparison, field, Self.among(bytes), values: texts)
        case .contains, .containsAny:
            let group = words.addGroup(of: bytes, to: field)
            var checked = test(comparison, field, .contains(group: group))
            checked.requirement.groups = [group]
            return checked
        case .startsWith: return test(comparison, field, .startsWith(first))
        case .endsWith: return test(comparison, field, .endsWith(first))
        case .matches: return test(comparison, field, .matches(Glob(first)))
        case .exists: return test(comparison, field, .exists)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return misfit(comparison, field, hint: "texts have no order that two systems agree on")
        }
    }

    /// Texts that would match everything, or cost too much.
    private mutating func isUseless(
        _ text: String, _ operand: Located<Comparison.Operand>, _ comparison: Comparison
    ) -> Bool {
        switch comparison.operator.value {
        case .contains, .containsAny, .startsWith, .endsWith:
            guard text.isEmpty else { return false }
            findings.error(
                "an empty text is in every text", at: operand.range,
                hint: "`exists` asks whether the field is there")
        case .matches:
            if !text.contains("*"), !text.contains("?") {
                findings.warning("a pattern without `*` or `?` is the same as `=`", at: operand.range)
            }
            guard text.utf8.count > Glob.lengthLimit else { return false }
            findings.error("a pattern has at most \(Glob.lengthLimit) bytes", at: operand.range)
        default: return false
        }
        return true
    }

    mutating func number(_ comparison: Comparison, _ field: Field) -> Checked? {
        var numbers: [NumberTest.Number] = []
        for operand in comparison.operands {
            switch operand.value {
            case .quantity(.integer(let value)): numbers.append(.whole(value))
            case .quantity(.decimal(let value)): numbers.append(.real(value))
            case .quantity(.size(let bytes)): numbers.append(.whole(bytes))
            case .quantity(.duration):
                _ = mismatch(operand, field, hint: "\(field.row.meaning): write the number alone")
            default:
                _ = mismatch(operand, field, hint: "a number is written without quotes: `5`, `10_000`, `1.5`, `2MB`")
            }
        }
        guard numbers.count == comparison.operands.count else { return nil }
        switch comparison.operator.value {
        case .exists: return test(comparison, field, .exists)
        case .equal, .in, .less, .lessOrEqual, .greater, .greaterOrEqual:
            return test(
                comparison, field, .number(NumberTest(comparison: comparison.operator.value, numbers: numbers)))
        case .notEqual:
            return opposite(
                of: test(comparison, field, .number(NumberTest(comparison: .equal, numbers: numbers))), comparison)
        case .contains, .containsAny, .startsWith, .endsWith, .matches: return misfit(comparison, field)
        }
    }

    mutating func flag(_ comparison: Comparison, _ field: Field) -> Checked? {
        switch comparison.operator.value {
        case .exists: return test(comparison, field, .exists)
        case .equal, .notEqual: break
        default: return misfit(comparison, field, hint: "write `\(field.name) = true`")
        }
        guard let operand = comparison.operands.first else { return nil }
        let wanted: Bool
        switch operand.value {
        case .word("true"): wanted = true
        case .word("false"): wanted = false
        default: return mismatch(operand, field, hint: "it is `true` or `false`")
        }
        let checked = test(comparison, field, .flag(wanted), values: [wanted ? "true" : "false"])
        return comparison.operator.value == .notEqual ? opposite(of: checked, comparison) : checked
    }

    mutating func time(_ comparison: Comparison, _ field: Field) -> Checked? {
        switch comparison.operator.value {
        case .exists: return test(comparison, field, .exists)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: break
        default: return misfit(comparison, field, hint: "times are compared with <, <=, > and >=")
        }
        guard let operand = comparison.operands.first else { return nil }
        guard case .string(let text) = operand.value, let moment = Timestamp(rfc3339: text) else {
            return mismatch(operand, field, hint: "a time is written \"2026-11-23T22:33:00Z\"")
        }
        return test(comparison, field, .time(comparison.operator.value, moment))
    }
}
