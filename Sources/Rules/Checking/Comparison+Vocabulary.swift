// A comparison with a field of closed vocabulary: `type`, `source`, `content.kind`. Each comes down to the words it admits, so a
// word that cannot occur is found before the first event comes in.

import Events
import Language

extension Comparison {
    /// The event types that a comparison of `type` admits; nil when it is not one that `type` can be asked.
    var eventTypes: EventTypeSet? {
        switch `operator`.value {
        case .equal, .notEqual, .in:
            var types = EventTypeSet()
            for operand in operands {
                guard let word = operand.value.text, let some = EventTypeSet(pattern: word) else { return nil }
                types = types.union(some)
            }
            return `operator`.value == .notEqual ? .all.subtracting(types) : types
        case .exists:
            return .all
        default:
            guard let words = admitted(of: Schema.types.map(\.name)) else { return nil }
            return words.reduce(EventTypeSet()) { types, word in types.union(EventTypeSet(pattern: word) ?? []) }
        }
    }

    /// The words of a vocabulary that the comparison admits; nil when it is not one that words can be asked.
    func admitted(of vocabulary: [String]) -> [String]? {
        let wanted = operands.compactMap { $0.value.text }
        guard wanted.count == operands.count else { return nil }
        if `operator`.value == .equal || `operator`.value == .in { return wanted.filter(vocabulary.contains) }
        let texts = wanted.map { Array($0.utf8) }
        let admits: (Span<UInt8>, [UInt8]) -> Bool
        switch `operator`.value {
        case .notEqual: return vocabulary.filter { word in !texts.contains(Array(word.utf8)) }
        case .contains, .containsAny: admits = { $0.contains($1.span) }
        case .startsWith: admits = { $0.starts(with: $1.span) }
        case .endsWith: admits = { $0.ends(with: $1.span) }
        case .matches: admits = { Glob($1).matches($0) }
        case .equal, .in, .less, .lessOrEqual, .greater, .greaterOrEqual, .exists: return nil
        }
        return vocabulary.filter { word in
            let bytes = Array(word.utf8)
            return texts.contains { admits(bytes.span, $0) }
        }
    }
}

extension Comparison.Operand {
    /// The text of a word or a string; none of a number.
    var text: String? {
        switch self {
        case .word(let text), .string(let text): text
        case .quantity: nil
        }
    }

    /// What it is called in a message.
    var noun: String {
        switch self {
        case .word: "a bare word"
        case .string: "a text"
        case .quantity(let quantity): quantity.noun
        }
    }
}

extension Span where Element == UInt8 {
    func starts(with other: Span<UInt8>) -> Bool {
        count >= other.count && extracting(first: other.count).isEqual(to: other)
    }

    func ends(with other: Span<UInt8>) -> Bool {
        count >= other.count && extracting(last: other.count).isEqual(to: other)
    }

    /// For the short words of a vocabulary; the fields of events are searched by `WordIndex`.
    fileprivate func contains(_ other: Span<UInt8>) -> Bool {
        guard count >= other.count else { return false }
        for start in 0...(count - other.count)
        where extracting(start..<start + other.count).isEqual(to: other) {
            return true
        }
        return false
    }
}
