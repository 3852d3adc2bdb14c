// The condition of a route as it is written, before its fields and values are checked.

import Language

indirect enum Expression {
    /// Two or more, all of which must hold.
    case and([Expression], SourceRange)
    /// Two or more, one of which must hold.
    case or([Expression], SourceRange)
    case not(Expression, SourceRange)
    case comparison(Comparison)

    var range: SourceRange {
        switch self {
        case .and(_, let range), .or(_, let range), .not(_, let range): range
        case .comparison(let comparison): comparison.range
        }
    }
}

struct Comparison {
    enum Operator: String, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case `in` = "in"
        case contains = "contains"
        case containsAny = "contains any"
        case startsWith = "starts with"
        case endsWith = "ends with"
        case matches = "matches"
        case exists = "exists"

        init?(_ sign: Punctuation) {
            switch sign {
            case .equal: self = .equal
            case .notEqual: self = .notEqual
            case .less: self = .less
            case .lessOrEqual: self = .lessOrEqual
            case .greater: self = .greater
            case .greaterOrEqual: self = .greaterOrEqual
            case .openBrace, .closeBrace, .openBracket, .closeBracket, .openParenthesis, .closeParenthesis, .comma:
                return nil
            }
        }
    }

    enum Operand: Equatable {
        case word(String)
        case string(String)
        case quantity(Quantity)
    }

    var field: Located<String>
    var `operator`: Located<Operator>
    /// None for `exists`, any number for `in` and `contains any`, one for the rest.
    var operands: [Located<Operand>]
    var range: SourceRange
}
