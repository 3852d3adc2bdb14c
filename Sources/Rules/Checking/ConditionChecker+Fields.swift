// One comparison: the field first, then the value by the field's kind.

import Events
import Language

extension ConditionChecker {
    mutating func check(_ comparison: Comparison, context: EventTypeSet) -> Checked? {
        guard let field = field(comparison.field, context: context) else { return nil }
        warnOfList(comparison)
        switch field.kind {
        case .token(let vocabulary): return token(comparison, field, vocabulary)
        case .text: return text(comparison, field)
        case .number: return number(comparison, field)
        case .flag: return flag(comparison, field)
        case .time: return time(comparison, field)
        }
    }

    // MARK: The field

    private mutating func field(_ name: Located<String>, context: EventTypeSet) -> Field? {
        // A condition that no type can reach gets its own warning; its fields are looked up as if for all types.
        let context = context.isEmpty ? .all : context
        guard let field = Field(name: name.value) else {
            let guess = findings.isFull ? "" : Self.guess(name.value, context: context)
            let about = context == .all ? "" : " for \(Self.list(context))"
            findings.error(
                "unknown field `\(name.value.prefix(60))`\(about)\(guess)", at: name.range)
            return nil
        }
        guard field.row.types.intersection(context).isEmpty else { return field }
        findings.error(
            "`\(name.value)` does not occur with \(Self.list(context))", at: name.range,
            hint: "it occurs with \(Self.list(field.row.types))")
        return nil
    }

    /// The field that was meant, first among those of the types the condition is about.
    static func guess(_ name: String, context: EventTypeSet) -> String {
        if Field(name: "content.\(name)") != nil { return "; did you mean `content.\(name)`?" }
        let near = Schema.fields.filter { !$0.types.intersection(context).isEmpty }.map(\.name)
        if let guess = didYouMean(name, among: near) { return "; did you mean `\(guess)`?" }
        return didYouMeanSuffix(name, among: Schema.fields.map(\.name))
    }

    /// The types by name, or how many there are when that would fill the line.
    static func list(_ types: EventTypeSet) -> String {
        let names = types.types.map { "`\($0.name)`" }
        return names.count <= 4 ? names.joined(separator: ", ") : "any of \(names.count) event types"
    }

    // MARK: The value

    mutating func test(_ comparison: Comparison, _ field: Field, _ test: Test, values: [String]? = nil) -> Checked {
        var requirement = Requirement.any
        requirement.possibleTypes = field.row.types
        if let values {
            var numbers: Set<Int32> = []
            for value in values { numbers.insert(self.values.number(of: Array(value.utf8), in: field)) }
            requirement.values = [Requirement.FieldValues(field: field, numbers: numbers)]
            requirement.isExact = true
        }
        return (program.add(test, of: field, at: comparison.range), requirement)
    }

    /// Whether a field has one of these values.
    static func among(_ values: [[UInt8]]) -> Test {
        if values.count == 1 { return .equal(values[0]) }
        return .among(NameTable(names: values, values: Array(repeating: true, count: values.count)))
    }

    /// `!=`: the opposite of what `=` is, true of an absent field.
    mutating func opposite(of checked: Checked, _ comparison: Comparison) -> Checked {
        (program.add(.not(checked.condition), at: comparison.range), .any)
    }

    mutating func misfit(_ comparison: Comparison, _ field: Field, hint: String? = nil) -> Checked? {
        findings.error(
            "`\(field.name)` is a \(field.kind.name) and has no `\(comparison.operator.value.rawValue)`",
            at: comparison.operator.range, hint: hint)
        return nil
    }

    mutating func mismatch(_ operand: Located<Comparison.Operand>, _ field: Field, hint: String?) -> Checked? {
        findings.error(
            "`\(field.name)` is a \(field.kind.name) and is not compared with \(operand.value.noun)", at: operand.range,
            hint: hint)
        return nil
    }

    /// A field with a closed vocabulary.
    private mutating func token(_ comparison: Comparison, _ field: Field, _ vocabulary: [String]) -> Checked? {
        if comparison.operator.value == .exists, field != .type { return test(comparison, field, .exists) }
        var isSound = true
        for operand in comparison.operands { isSound = word(operand, comparison, field, vocabulary) && isSound }
        guard isSound else { return nil }
        if field == .type {
            guard let types = comparison.eventTypes else { return misfit(comparison, field) }
            warnIfEmpty(types.isEmpty, comparison, field)
            if types == .all {
                findings.warning(
                    "every event has such a `type`, so this always holds", at: comparison.range, hint: "leave it out")
            }
            let requirement = Requirement(types: types, possibleTypes: .all, isExact: true)
            return (program.add(.type(types), at: comparison.range), requirement)
        }
        if comparison.operator.value == .notEqual {
            var equal = comparison
            equal.operator.value = .equal
            return token(equal, field, vocabulary).map { opposite(of: $0, comparison) }
        }
        guard let words = comparison.admitted(of: vocabulary) else { return misfit(comparison, field) }
        warnIfEmpty(words.isEmpty, comparison, field)
        return test(comparison, field, Self.among(words.map { Array($0.utf8) }), values: words)
    }

    private mutating func warnIfEmpty(_ isEmpty: Bool, _ comparison: Comparison, _ field: Field) {
        guard isEmpty else { return }
        hasReportedImpossible = true
        findings.warning("no value of `\(field.name)` fits this, so it never holds", at: comparison.range)
    }

    /// `message.*` and its like.
    private static let families = Schema.types.compactMap { type in
        type.name.split(separator: ".").first.map { "\($0).*" }
    }

    /// Whether an operand is a word of the vocabulary, where the operator asks for a whole word.
    private mutating func word(
        _ operand: Located<Comparison.Operand>, _ comparison: Comparison, _ field: Field, _ vocabulary: [String]
    ) -> Bool {
        guard let word = operand.value.text else {
            _ = mismatch(operand, field, hint: "its values are words")
            return false
        }
        switch comparison.operator.value {
        case .equal, .notEqual, .in: break
        default: return true
        }
        if field == .type {
            guard EventTypeSet(pattern: word) == nil else { return true }
            findings.error(
                "unknown event type `\(word.prefix(60))`" + didYouMeanSuffix(word, among: vocabulary + Self.families),
                at: operand.range,
                hint: word.contains("*") ? "a family of types is written `message.*`" : nil)
            return false
        }
        guard !vocabulary.contains(word) else { return true }
        let guess = didYouMeanSuffix(word, among: vocabulary)
        findings.error(
            "`\(word.prefix(60))` is not a value of `\(field.name)`\(guess)", at: operand.range,
            hint: "its values are \(vocabulary.joined(separator: ", "))")
        return false
    }
}
