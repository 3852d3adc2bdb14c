// What kind of value a field holds: decides how a rule may compare it and how it is written in a record.

package enum FieldKind: Hashable, Sendable {
    /// UTF-8 text. Ids are text, too: some vendors' ids exceed 2^53 and would be bent by a JSON reader's doubles.
    case text
    /// A decimal number, kept as the digits that came in.
    case number
    /// True or false.
    case flag
    /// A moment, written in RFC 3339 and kept to the millisecond.
    case time
    /// One word of a closed list; a comparison with any other word can never match.
    case token([String])

    package var name: String {
        switch self {
        case .text: "text"
        case .number: "number"
        case .flag: "flag"
        case .time: "time"
        case .token: "token"
        }
    }

    /// The words a token may be; empty for every other kind.
    package var vocabulary: [String] {
        if case .token(let words) = self { words } else { [] }
    }
}

/// How a kind of value is written, without the vocabulary: what the way of an event needs to know about a field, in a byte.
enum FieldForm: UInt8, Sendable {
    case text, number, flag, time
}

extension FieldKind {
    var form: FieldForm {
        switch self {
        case .text, .token: .text
        case .number: .number
        case .flag: .flag
        case .time: .time
        }
    }
}
