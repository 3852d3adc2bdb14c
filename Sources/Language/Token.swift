// The words of the language, as the lexer hands them to the cursor.

package struct Token: Sendable {
    package enum Kind: Equatable, Sendable {
        /// Letters, digits, `_`, `.`, `-` and `*`: `route`, `content.text`, `message.*`.
        case word(String)
        /// In double quotes; the value, with its escapes resolved.
        case string(String)
        case quantity(Quantity)
        case clockRange(ClockRange)
        /// `2026-01-05T09:00:00+08:00`, as it is written: whether the calendar has it is for the parser to say.
        case moment(String)
        /// `env:NAME` and `file:PATH`.
        case secret(Secret)
        case punctuation(Punctuation)
        /// From `#` to the end of the line. The cursor leaves these out; the formatter keeps them.
        case comment
        /// Unreadable and already reported, so that a parser stays silent about it.
        case invalid
        case end

        var isComment: Bool { if case .comment = self { true } else { false } }
    }

    package let kind: Kind
    package let range: SourceRange
    /// Whether it is the first of its line, comments aside: where a missing word is looked for, and where reading resumes.
    package let startsLine: Bool

    /// The token as a message names it.
    var shown: String {
        switch kind {
        case .end: "the end of the file"
        default: "`\(range.text.prefix(40))`"
        }
    }
}

package enum Punctuation: String, Sendable {
    case openBrace = "{"
    case closeBrace = "}"
    case openBracket = "["
    case closeBracket = "]"
    case openParenthesis = "("
    case closeParenthesis = ")"
    case comma = ","
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}
