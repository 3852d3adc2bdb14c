// `event`: what comes in, checked against the schema as conditions of routes are.

import Events
import Language

extension TrialParser {
    /// The largest number of repetitions: they cost nothing, and quotas count no further.
    private static let timesMax = 1_000_000_000_000

    /// Something comes in. Tenant and account are `example` and the time is now, unless the event says otherwise. Each of the
    /// `times` it comes, the quotas are asked; one that they refuse or delay goes nowhere.
    ///
    ///     event type TYPE [FIELD VALUE]… [times COUNT]
    ///
    ///     test "t" { event type message.received tenant "acme" content.text "hello" times 3   expect nothing }
    func event(_ word: Located<String>, _ cursor: inout Cursor) throws(Reported) -> TrialEvent {
        var written: [(name: Located<String>, value: Located<Comparison.Operand>)] = []
        var count = 1
        while let name = cursor.nextWord, !Vocabulary.test.contains(name) {
            if cursor.accept("times") != nil {
                count = try cursor.integer("how often it comes", in: 1...Self.timesMax).value
                break
            }
            let range = cursor.take().range
            if !name.contains("."), Field(name: name) == nil,
                let guess = didYouMean(name, among: Vocabulary.test + ["times"])
            {
                throw cursor.error("unknown word `\(name)`; did you mean `\(guess)`?", at: range)
            }
            if cursor.next.kind == .punctuation(.equal) {
                throw cursor.refuse(
                    "the value of `\(name.prefix(60))`",
                    hint: "field and value stand side by side: `\(name.prefix(60)) …`")
            }
            written.append((Located(name, at: range), try Self.value(of: name, &cursor)))
        }
        let range = cursor.range(from: word.range)
        guard let type = try type(written, word, &cursor) else { throw cursor.reported }
        var fields: [(field: Field, value: String)] = []
        var isSound = true
        for (name, value) in written where name.value != Field.type.name {
            guard let field = Self.field(name, type, &cursor), let text = Self.text(value, field, &cursor) else {
                isSound = false
                continue
            }
            if fields.contains(where: { $0.field == field }) {
                _ = cursor.error("`\(field.name)` stands twice in this event", at: name.range)
                isSound = false
            }
            fields.append((field, text))
        }
        guard isSound else { throw cursor.reported }
        return TrialEvent(type: type, fields: fields, count: count, range: range)
    }

    private static func value(of field: String, _ cursor: inout Cursor) throws(Reported) -> Located<Comparison.Operand>
    {
        let token = cursor.next
        switch token.kind {
        case .string(let text), .moment(let text): return Located(.string(text), at: cursor.take().range)
        case .quantity(let quantity): return Located(.quantity(quantity), at: cursor.take().range)
        case .word(let word) where !Vocabulary.test.contains(word): return Located(.word(word), at: cursor.take().range)
        default: throw cursor.refuse("the value of `\(field.prefix(60))`")
        }
    }

    private func type(
        _ written: [(name: Located<String>, value: Located<Comparison.Operand>)], _ word: Located<String>,
        _ cursor: inout Cursor
    ) throws(Reported) -> EventType? {
        let types = written.filter { $0.name.value == Field.type.name }
        guard let value = types.first?.value else {
            throw cursor.error("an event has a `type`", at: word.range, hint: "such as `type message.received`")
        }
        if types.count > 1 { throw cursor.error("`type` stands twice in this event", at: types[1].name.range) }
        guard let name = value.value.text, let type = EventType(name: name) else {
            let names = EventType.allCases.map(\.name)
            let shown = value.value.text ?? value.range.text
            throw cursor.error(
                "unknown event type `\(shown.prefix(60))`" + didYouMeanSuffix(shown, among: names), at: value.range,
                hint: shown.hasSuffix("*") ? "an event is of one type" : nil)
        }
        return type
    }

    private static func field(_ name: Located<String>, _ type: EventType, _ cursor: inout Cursor) -> Field? {
        guard let field = Field(name: name.value) else {
            _ = cursor.error(
                "unknown field `\(name.value.prefix(60))` for `\(type.name)`"
                    + ConditionChecker.guess(name.value, context: EventTypeSet(type)), at: name.range)
            return nil
        }
        guard field.row.types.contains(type) else {
            _ = cursor.error(
                "`\(field.name)` does not occur with `\(type.name)`", at: name.range,
                hint: "it occurs with \(ConditionChecker.list(field.row.types))")
            return nil
        }
        return field
    }

    /// The value as an event keeps it.
    private static func text(_ value: Located<Comparison.Operand>, _ field: Field, _ cursor: inout Cursor) -> String? {
        switch (field.kind, value.value) {
        case (.token(let vocabulary), .word(let word)), (.token(let vocabulary), .string(let word)):
            if vocabulary.contains(word) { return word }
            _ = cursor.error(
                "`\(word.prefix(60))` is not a value of `\(field.name)`" + didYouMeanSuffix(word, among: vocabulary),
                at: value.range, hint: "its values are \(vocabulary.joined(separator: ", "))")
            return nil
        case (.text, .string(let text)): return text
        case (.number, .quantity(.integer(let number))): return String(number)
        case (.number, .quantity(.decimal(let number))): return "\(number)"
        case (.number, .quantity(.size(let number))): return String(number)
        case (.flag, .word("true")): return "true"
        case (.flag, .word("false")): return "false"
        case (.time, .string(let text)) where Timestamp(rfc3339: text) != nil: return text
        default:
            let hint =
                switch field.kind {
                case .token(let vocabulary): "its values are \(vocabulary.joined(separator: ", "))"
                case .text: "a text stands in double quotes: \"\(value.range.text)\""
                case .number: "a number is written without quotes: `5`, `10_000`, `1.5`, `2MB`"
                case .flag: "it is `true` or `false`"
                case .time: "a time is written `2026-01-05T09:00:00+08:00`"
                }
            _ = cursor.error(
                "`\(field.name)` is a \(field.kind.name) and cannot be \(value.value.noun)", at: value.range, hint: hint
            )
            return nil
        }
    }
}
