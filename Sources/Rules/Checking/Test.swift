// A question to one field. It is never true of an absent field; `!=` and `not` are built around it.

import Events

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
