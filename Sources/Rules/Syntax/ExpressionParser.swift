// Reads the condition after `when`.

import Language

struct ExpressionParser {
    /// Parentheses and `not`s inside of one another. A condition people can read has three; the parser's stack has a bound.
    static let nestingLimit = 32

    private var depth = 0

    /// A condition. `not` binds closest, then `and`, then `or`; parentheses say otherwise.
    ///
    ///     EXPRESSION = CONJUNCTION [or CONJUNCTION]…
    ///
    ///     type = message.received and (content.text contains "退款" or content.kind = file)
    static func parse(_ cursor: inout Cursor) throws(Reported) -> Expression {
        var parser = ExpressionParser()
        let expression = try parser.disjunction(&cursor)
        if cursor.isAt(.closeParenthesis) {
            throw cursor.error("this `)` closes nothing", at: cursor.next.range)
        }
        return expression
    }

    private mutating func disjunction(_ cursor: inout Cursor) throws(Reported) -> Expression {
        let start = cursor.next.range
        let first = try conjunction(&cursor)
        var parts = [first]
        while cursor.accept("or") != nil { parts.append(try conjunction(&cursor)) }
        return parts.count == 1 ? first : .or(parts, cursor.range(from: start))
    }

    ///     CONJUNCTION = UNARY [and UNARY]…
    private mutating func conjunction(_ cursor: inout Cursor) throws(Reported) -> Expression {
        let start = cursor.next.range
        let first = try unary(&cursor)
        var parts = [first]
        while cursor.accept("and") != nil { parts.append(try unary(&cursor)) }
        return parts.count == 1 ? first : .and(parts, cursor.range(from: start))
    }

    ///     UNARY = not UNARY | ( EXPRESSION ) | COMPARISON
    private mutating func unary(_ cursor: inout Cursor) throws(Reported) -> Expression {
        if let not = cursor.accept("not") {
            try descend(&cursor, at: not.range)
            let negated = try unary(&cursor)
            depth -= 1
            return .not(negated, cursor.range(from: not.range))
        }
        if let open = cursor.accept(.openParenthesis) {
            try descend(&cursor, at: open.range)
            let inner = try disjunction(&cursor)
            guard cursor.accept(.closeParenthesis) != nil else { throw cursor.refuse("`and`, `or` or `)`") }
            depth -= 1
            return inner
        }
        return .comparison(try comparison(&cursor))
    }

    private mutating func descend(_ cursor: inout Cursor, at range: SourceRange) throws(Reported) {
        depth += 1
        guard depth <= Self.nestingLimit else {
            throw cursor.error("more than \(Self.nestingLimit) conditions inside of one another", at: range)
        }
    }

    /// One field and what is asked of it. `!=` is the same as `not … =`: it holds when the field is absent.
    ///
    ///     COMPARISON = FIELD = VALUE            | FIELD != VALUE
    ///                | FIELD < VALUE            | FIELD <= VALUE  | FIELD > VALUE  | FIELD >= VALUE
    ///                | FIELD in [VALUE, …]
    ///                | FIELD contains "TEXT"    | FIELD contains any ["TEXT", …]
    ///                | FIELD starts with "TEXT" | FIELD ends with "TEXT"
    ///                | FIELD matches "GLOB"     (`*` stands for any text, `?` for one character)
    ///                | FIELD exists
    private func comparison(_ cursor: inout Cursor) throws(Reported) -> Comparison {
        guard let word = cursor.nextWord, !Self.reserved.contains(word) else {
            throw cursor.refuse("a field", hint: "such as `type`, `tenant` or `content.text`")
        }
        let field = try cursor.word("a field")
        let comparison = try `operator`(&cursor)
        var operands: [Located<Comparison.Operand>] = []
        switch comparison.value {
        case .exists:
            break
        case .in, .containsAny:
            let list = try cursor.list(of: "values") { cursor throws(Reported) in try Self.operand(&cursor) }
            guard !list.value.isEmpty else {
                throw cursor.error("an empty list matches nothing", at: list.range)
            }
            operands = list.value
        default:
            operands = [try Self.operand(&cursor)]
        }
        return Comparison(
            field: field, operator: comparison, operands: operands, range: cursor.range(from: field.range))
    }

    private func `operator`(_ cursor: inout Cursor) throws(Reported) -> Located<Comparison.Operator> {
        let token = cursor.next
        switch token.kind {
        case .punctuation(let sign):
            guard let known = Comparison.Operator(sign) else { break }
            cursor.take()
            return Located(known, at: token.range)
        case .word("contains"):
            cursor.take()
            guard let any = cursor.accept("any") else { return Located(.contains, at: token.range) }
            return Located(.containsAny, at: token.range.through(any.range))
        case .word("starts"), .word("ends"):
            cursor.take()
            let with = try cursor.expect("with")
            return Located(
                token.kind == .word("starts") ? .startsWith : .endsWith, at: token.range.through(with.range))
        case .word("not"):
            throw cursor.refuse("an operator", hint: "`not` stands before the field: `not tenant in [\"acme\"]`")
        case .word(let word):
            if let known = Comparison.Operator(rawValue: word) {
                cursor.take()
                return Located(known, at: token.range)
            }
            if let guess = didYouMean(word, among: Self.operatorWords), !Self.reserved.contains(word) {
                throw cursor.error("unknown operator `\(word)`; did you mean `\(guess)`?", at: token.range)
            }
        default:
            break
        }
        throw cursor.refuse(
            "an operator",
            hint: Self.endsComparison(token.kind)
                ? "`= true` asks a flag, `exists` asks whether any field is there"
                : "operators are = != < <= > >= in, contains, contains any, starts with, ends with, matches, exists")
    }

    private static func endsComparison(_ kind: Token.Kind) -> Bool {
        switch kind {
        case .word(let word): reserved.contains(word)
        case .punctuation(.closeParenthesis), .punctuation(.closeBrace): true
        default: false
        }
    }

    private static func operand(_ cursor: inout Cursor) throws(Reported) -> Located<Comparison.Operand> {
        let token = cursor.next
        switch token.kind {
        case .word(let word) where !reserved.contains(word):
            return Located(.word(word), at: cursor.take().range)
        case .string(let string): return Located(.string(string), at: cursor.take().range)
        case .quantity(let quantity): return Located(.quantity(quantity), at: cursor.take().range)
        case .moment:
            throw cursor.refuse("a value", hint: "a time is written in double quotes: \"\(token.range.text)\"")
        case .punctuation(.openBracket):
            throw cursor.refuse("one value", hint: "a list follows `in` or `contains any`")
        default: throw cursor.refuse("a value")
        }
    }

    /// Words that are never a field or a value, so that a condition that breaks off is not read on into the next clause.
    private static let reserved: Set<String> = ["and", "or", "not", "when", "to", "stop"]

    private static let operatorWords = ["in", "contains", "starts with", "ends with", "matches", "exists"]
}
