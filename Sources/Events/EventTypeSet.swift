// A set of event types as bits: which types a field occurs with (the schema), which types a webhook subscribed to, and
// which types a rule can still match (the checker), so that membership costs one `and` per event.

package struct EventTypeSet: Hashable, Sendable, ExpressibleByArrayLiteral {
    private var bits: UInt64

    package init() { bits = 0 }

    package init(_ type: EventType) { bits = Self.bit(of: type) }

    package init(arrayLiteral elements: EventType...) {
        bits = elements.reduce(0) { $0 | Self.bit(of: $1) }
    }

    /// What a subscription's word stands for: a type's name, a family (`message.*`) or everything (`*`).
    /// Nil when it names no type at all, which is a mistake in the file it stands in.
    package init?(pattern: String) {
        if let type = EventType(name: pattern) {
            self.init(type)
        } else if pattern == "*" {
            self = .all
        } else if let family = Self.families[pattern] {
            self = family
        } else {
            return nil
        }
    }

    /// By their pattern.
    private static let families: [String: EventTypeSet] = {
        var families: [String: EventTypeSet] = [:]
        for type in EventType.allCases {
            for place in type.name.indices where type.name[place] == "." {
                families["\(type.name[...place])*", default: []].bits |= bit(of: type)
            }
        }
        return families
    }()

    private init(_ types: [EventType]) {
        bits = types.reduce(0) { $0 | Self.bit(of: $1) }
    }

    package static let all = EventTypeSet(EventType.allCases)

    package var isEmpty: Bool { bits == 0 }

    /// The types of the set, in the schema's order.
    package var types: [EventType] { EventType.allCases.filter(contains) }

    package func contains(_ type: EventType) -> Bool { bits & Self.bit(of: type) != 0 }

    package func union(_ other: EventTypeSet) -> EventTypeSet { with(bits: bits | other.bits) }

    package func intersection(_ other: EventTypeSet) -> EventTypeSet { with(bits: bits & other.bits) }

    package func subtracting(_ other: EventTypeSet) -> EventTypeSet { with(bits: bits & ~other.bits) }

    package func isSubset(of other: EventTypeSet) -> Bool { bits & ~other.bits == 0 }

    private func with(bits: UInt64) -> EventTypeSet {
        var result = self
        result.bits = bits
        return result
    }

    private static func bit(of type: EventType) -> UInt64 { 1 << UInt64(type.rawValue) }
}
