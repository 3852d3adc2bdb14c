// Parts of a condition that exclude, repeat or complete one another. Only what is certain is said: a part that cannot be judged from
// its text alone counts as one that may hold.

import Events
import Language

extension ConditionChecker {
    /// Parts of an `and` of which two never hold for one event.
    mutating func warnOfContradictions(_ parts: [Expression]) {
        var literals: [Literal] = []
        for part in parts { Literal.gather(part, into: &literals) }
        guard Self.askOneFieldTwice(literals) else { return }
        warnOfRepeats(literals)
        var facts: [String: FieldFacts] = [:]
        for literal in literals {
            guard let other = facts[literal.field, default: FieldFacts()].add(literal) else { continue }
            hasReportedImpossible = true
            findings.warning(
                "this never holds together with what stands before it", at: literal.range, hint: earlier(other))
        }
    }

    /// Parts of an `or` of which one always holds.
    mutating func warnOfOpposites(_ parts: [Expression]) {
        let literals = parts.compactMap { Literal($0) }
        guard Self.askOneFieldTwice(literals) else { return }
        warnOfRepeats(literals)
        var ranges: [[Bool: SourceRange]] = []
        var places: [ByteString: Int] = [:]
        for literal in literals {
            let place = places[literal.key] ?? ranges.count
            if place == ranges.count {
                places[literal.key] = place
                ranges.append([:])
            }
            if let opposite = ranges[place][!literal.isNegated] {
                findings.warning(
                    "this or its opposite before it holds for every event, so the `or` always does",
                    at: literal.range, hint: earlier(opposite))
            }
            ranges[place][literal.isNegated] = literal.range
        }
    }

    /// A place on several lines, with comments in between, is quoted as far as it stands on one.
    private func earlier(_ part: SourceRange) -> String? {
        guard !findings.isFull else { return nil }
        let text = part.text.prefix { !$0.isNewline }
        return "that is `\(text.prefix(60))\(text.count > 60 ? "…" : "")` on line \(part.line)"
    }

    /// Most conditions ask each field once, and then no part has to do with another one. Of a long one it is not found out.
    private static func askOneFieldTwice(_ literals: [Literal]) -> Bool {
        literals.count > 16
            || literals.indices.contains { index in
                literals[..<index].contains { $0.field == literals[index].field }
            }
    }

    private mutating func warnOfRepeats(_ literals: [Literal]) {
        var seen: [Bool: Set<ByteString>] = [:]
        for literal in literals where !seen[literal.isNegated, default: []].insert(literal.key).inserted {
            findings.warning("this stands in the condition already", at: literal.range)
        }
    }

    /// Values that stand twice in a list, and words that are never looked for because a part of them is.
    mutating func warnOfList(_ comparison: Comparison) {
        guard comparison.operands.count > 1 else { return }
        var seen: Set<ByteString> = []
        var words: [(word: [UInt8], range: SourceRange)] = []
        for operand in comparison.operands {
            let key = operand.value.key
            guard seen.insert(ByteString(key)).inserted else {
                findings.warning("this stands in the list already", at: operand.range)
                continue
            }
            if operand.value.text != nil, !key.isEmpty { words.append((key, operand.range)) }
        }
        guard comparison.operator.value == .containsAny, words.count > 1 else { return }
        let automaton = WordAutomaton(words.enumerated().map { ($1.word, $0) })
        for (word, range) in words {
            guard let part = automaton.firstProperPart(of: word.span) else { continue }
            findings.warning(
                "no text is found by this word alone: the list has `\(words[part].range.text.prefix(40))`, a part of it",
                at: range)
        }
    }
}

/// A comparison or its opposite; `!=` is the opposite of `=`.
private struct Literal {
    let comparison: Comparison
    let isNegated: Bool
    let range: SourceRange

    var field: String { comparison.field.value }

    /// The same for the same question.
    var key: ByteString {
        let name = comparison.operator.value == .notEqual ? Comparison.Operator.equal : comparison.operator.value
        var key = Array("\(field) \(name.rawValue)".utf8)
        for operand in comparison.operands {
            key.append(0)
            key += operand.value.key
        }
        return ByteString(key)
    }

    init?(_ expression: Expression, isOpposite: Bool = false) {
        switch expression {
        case .comparison(let comparison):
            self.comparison = comparison
            isNegated = isOpposite != (comparison.operator.value == .notEqual)
            range = comparison.range
        case .not(let part, let whole):
            guard let inner = Literal(part, isOpposite: !isOpposite) else { return nil }
            comparison = inner.comparison
            isNegated = inner.isNegated
            range = whole
        case .and, .or:
            return nil
        }
    }

    /// What must hold for a part of an `and`: `not (a or b)` asks for the opposite of both.
    static func gather(_ part: Expression, into literals: inout [Literal]) {
        if case .not(.or(let parts, _), _) = part {
            literals += parts.compactMap { Literal($0, isOpposite: true) }
        } else if let literal = Literal(part) {
            literals.append(literal)
        }
    }
}

extension Comparison.Operand {
    /// The same for the same value; bytes, since a field is compared by them.
    fileprivate var key: [UInt8] {
        switch self {
        case .word(let text), .string(let text): Array(text.utf8)
        case .quantity(let quantity): Array("\(quantity)".utf8)
        }
    }
}

/// What the parts of an `and` have asked of one field so far.
private struct FieldFacts {
    private var present: SourceRange?
    private var absent: SourceRange?
    /// What the field may still be, and what it must not be.
    private var values: Set<ByteString>?
    private var excluded: Set<ByteString> = []
    private var lastOfValues: SourceRange?
    private var types = EventTypeSet.all
    private var low: (value: Double, isOpen: Bool, range: SourceRange)?
    private var high: (value: Double, isOpen: Bool, range: SourceRange)?
    private var prefix: (bytes: [UInt8], range: SourceRange)?
    private var suffix: (bytes: [UInt8], range: SourceRange)?
    /// One mistake is one finding.
    private var isSpent = false

    /// - Returns: an earlier part that never holds together with this one.
    mutating func add(_ literal: Literal) -> SourceRange? {
        guard !isSpent else { return nil }
        let other = literal.field == Field.type.name ? addType(literal) : addPresence(literal) ?? addValue(literal)
        isSpent = other != nil
        return other
    }

    private mutating func addType(_ literal: Literal) -> SourceRange? {
        var comparison = literal.comparison
        if comparison.operator.value == .notEqual { comparison.operator.value = .equal }
        guard let some = comparison.eventTypes else { return nil }
        let wanted = literal.isNegated ? EventTypeSet.all.subtracting(some) : some
        defer { lastOfValues = literal.range }
        guard !wanted.isEmpty, !types.isEmpty else { return nil }
        types = types.intersection(wanted)
        return types.isEmpty ? lastOfValues : nil
    }

    private mutating func addPresence(_ literal: Literal) -> SourceRange? {
        if !literal.isNegated {
            present = present ?? literal.range
            return absent
        }
        guard literal.comparison.operator.value == .exists else { return nil }
        absent = absent ?? literal.range
        return present
    }

    private mutating func addValue(_ literal: Literal) -> SourceRange? {
        let operands = literal.comparison.operands.map(\.value)
        switch (literal.comparison.operator.value, literal.isNegated) {
        case (.equal, false), (.in, false):
            if operands.count == 1, let value = operands[0].number {
                return addLow(value, isOpen: false, literal.range) ?? addHigh(value, isOpen: false, literal.range)
            }
            guard operands.allSatisfy({ $0.text != nil }) else { return nil }
            return narrow(to: Set(operands.map { ByteString($0.key) }), literal.range)
        case (.equal, true), (.notEqual, true), (.in, true):
            guard operands.allSatisfy({ $0.text != nil }) else { return nil }
            excluded.formUnion(operands.map { ByteString($0.key) })
            guard var left = values.take() else {
                lastOfValues = literal.range
                return nil
            }
            for operand in operands { left.remove(ByteString(operand.key)) }
            values = left
            return emptied(literal.range)
        case (.less, false), (.lessOrEqual, false):
            guard let value = operands.first?.number else { return nil }
            return addHigh(value, isOpen: literal.comparison.operator.value == .less, literal.range)
        case (.greater, false), (.greaterOrEqual, false):
            guard let value = operands.first?.number else { return nil }
            return addLow(value, isOpen: literal.comparison.operator.value == .greater, literal.range)
        case (.startsWith, false):
            return addEnd(operands[0].key, literal.range, to: &prefix) { $0.starts(with: $1) }
        case (.endsWith, false):
            return addEnd(operands[0].key, literal.range, to: &suffix) { $0.reversed().starts(with: $1.reversed()) }
        default:
            return nil
        }
    }

    private mutating func narrow(to wanted: Set<ByteString>, _ range: SourceRange) -> SourceRange? {
        values = (values.take().map { wanted.intersection($0) } ?? wanted).subtracting(excluded)
        return emptied(range)
    }

    private mutating func emptied(_ range: SourceRange) -> SourceRange? {
        defer { lastOfValues = range }
        return values?.isEmpty == true ? lastOfValues : nil
    }

    private mutating func addLow(_ value: Double, isOpen: Bool, _ range: SourceRange) -> SourceRange? {
        if let high, high.value < value || high.value == value && (high.isOpen || isOpen) { return high.range }
        if let low, low.value > value || low.value == value && low.isOpen { return nil }
        low = (value, isOpen, range)
        return nil
    }

    private mutating func addHigh(_ value: Double, isOpen: Bool, _ range: SourceRange) -> SourceRange? {
        if let low, low.value > value || low.value == value && (low.isOpen || isOpen) { return low.range }
        if let high, high.value < value || high.value == value && high.isOpen { return nil }
        high = (value, isOpen, range)
        return nil
    }

    /// The longer of two beginnings (or ends) that go together stays.
    private func addEnd(
        _ bytes: [UInt8], _ range: SourceRange, to end: inout (bytes: [UInt8], range: SourceRange)?,
        _ begins: ([UInt8], [UInt8]) -> Bool
    ) -> SourceRange? {
        guard let known = end else {
            end = (bytes, range)
            return nil
        }
        if begins(known.bytes, bytes) { return nil }
        guard begins(bytes, known.bytes) else { return known.range }
        end = (bytes, range)
        return nil
    }
}

extension Comparison.Operand {
    /// A number or a time that a Double holds to the last digit.
    fileprivate var number: Double? {
        let value: Double? =
            switch self {
            case .quantity(.integer(let whole)), .quantity(.size(let whole)): Double(whole)
            case .quantity(.decimal(let value)): value
            case .string(let text): Timestamp(rfc3339: text).map { Double($0.milliseconds) }
            case .quantity, .word: nil
            }
        return value.flatMap { abs($0) < 9_007_199_254_740_992 ? $0 : nil }
    }
}
