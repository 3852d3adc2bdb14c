// A checked condition, as a tree. `Program` makes of it what the matcher evaluates.

import Events
import Language

struct Condition: Sendable {
    indirect enum Node: Sendable {
        /// A route without `when`.
        case always
        case and([Condition])
        case or([Condition])
        case not(Condition)
        /// Everything asked of `type` comes down to a set of types.
        case type(EventTypeSet)
        case test(Field, Test)
    }

    let node: Node
    /// Where it stands; none for `always`.
    let range: SourceRange?
}

/// A question to one field. It is never true of an absent field; `!=` and `not` are built around it.
enum Test: Sendable {
    case exists
    case equal([UInt8])
    case among(NameTable<Bool>)
    case number(NumberTest)
    case flag(Bool)
    case time(Comparison.Operator, Timestamp)
    /// One of the words of a group occurs in the field; the groups of a field share an automaton (`WordIndex`).
    case contains(group: Int)
    case startsWith([UInt8])
    case endsWith([UInt8])
    case matches(Glob)
}
