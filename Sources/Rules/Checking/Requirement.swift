// What an event must have for a condition to hold: its type, and the values of fields that are compared for equality. Every event
// that matches meets the requirement, not the other way round. From it come the index (which routes need not be tried) and two
// warnings: a route that nothing can meet, and one whose events an earlier `stop` takes away.

import Events

struct Requirement {
    /// The types the condition asks for.
    var types: EventTypeSet
    /// The types that have the fields the condition asks for, by the schema.
    var possibleTypes: EventTypeSet
    /// For a field that must have one of a few values: these values, as bytes: two texts of the same characters in other bytes are
    /// two values.
    var values: [Field: Set<[UInt8]>]
    /// Groups of words (`WordIndex`) of which one must be found; nil when nothing is known of words.
    var groups: Set<Int>? = nil
    /// Whether every event that meets the requirement matches.
    var isExact: Bool

    static let none = Requirement(types: .all, possibleTypes: .all, values: [:], isExact: true)

    /// Nothing known.
    static let any = Requirement(types: .all, possibleTypes: .all, values: [:], isExact: false)

    var isImpossible: Bool {
        types.intersection(possibleTypes).isEmpty || values.values.contains(where: \.isEmpty)
    }

    func and(_ other: Requirement) -> Requirement {
        Requirement(
            types: types.intersection(other.types),
            possibleTypes: possibleTypes.intersection(other.possibleTypes),
            values: values.merging(other.values) { $0.intersection($1) },
            groups: Self.fewer(groups, other.groups),
            isExact: isExact && other.isExact)
    }

    /// Both must be found; to look for the shorter list is enough.
    private static func fewer(_ some: Set<Int>?, _ others: Set<Int>?) -> Set<Int>? {
        guard let some, let others else { return some ?? others }
        return others.count < some.count ? others : some
    }

    /// What the parts of an `or` have in common; all at once, as a condition may list thousands.
    static func anyOf(_ parts: [Requirement]) -> Requirement {
        let possible = parts.filter { !$0.isImpossible }
        guard var union = possible.first else { return parts.first ?? .any }
        var sidesThatDiffer: Set<Side> = []
        for part in possible.dropFirst() {
            for field in part.values.keys where union.values[field] == nil { sidesThatDiffer.insert(.values(field)) }
            for field in Array(union.values.keys) {
                if let others = part.values[field] {
                    if others != possible[0].values[field] { sidesThatDiffer.insert(.values(field)) }
                    // In place: the union may have grown to thousands.
                    union.values[field]?.formUnion(others)
                } else {
                    sidesThatDiffer.insert(.values(field))
                    union.values[field] = nil
                }
            }
            if let groups = part.groups { union.groups?.formUnion(groups) } else { union.groups = nil }
            if part.types != possible[0].types { sidesThatDiffer.insert(.types) }
            if part.possibleTypes != possible[0].possibleTypes { sidesThatDiffer.insert(.possibleTypes) }
            union.types = union.types.union(part.types)
            union.possibleTypes = union.possibleTypes.union(part.possibleTypes)
            union.isExact = union.isExact && part.isExact
        }
        // The union of two boxes is a box only when they differ on one side.
        union.isExact = union.isExact && sidesThatDiffer.count <= 1
        return union
    }

    private enum Side: Hashable {
        case types
        case possibleTypes
        case values(Field)
    }

    /// Whether every event that meets `other` meets this one.
    func includes(_ other: Requirement) -> Bool {
        guard other.types.isSubset(of: types) else { return false }
        return values.allSatisfy { field, mine in other.values[field]?.isSubset(of: mine) ?? false }
    }
}
