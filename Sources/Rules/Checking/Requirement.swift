// What an event must have for a condition to hold: its type, and the values of fields that are compared for equality. Every event
// that matches meets the requirement, not the other way round. From it come the index (which routes need not be tried) and two
// warnings: a route that nothing can meet, and one whose events an earlier `stop` takes away.

import Events

struct Requirement {
    /// The types the condition asks for.
    var types: EventTypeSet
    /// The types that have the fields the condition asks for, by the schema.
    var possibleTypes: EventTypeSet
    /// The fields that must have one of a few values, each field once. An array: most conditions have one of them, and none has more
    /// than there are fields.
    var values: [FieldValues] = []
    /// Groups of words (`WordIndex`) of which one must be found; nil when nothing is known of words.
    var groups: [Int]? = nil
    /// Whether every event that meets the requirement matches.
    var isExact: Bool

    /// A field and the numbers (`ValueNumbers`) of the values it may have.
    struct FieldValues {
        let field: Field
        var numbers: Set<Int32>
    }

    static let none = Requirement(types: .all, possibleTypes: .all, isExact: true)

    /// Nothing known.
    static let any = Requirement(types: .all, possibleTypes: .all, isExact: false)

    var isImpossible: Bool {
        types.intersection(possibleTypes).isEmpty || values.contains { $0.numbers.isEmpty }
    }

    func numbers(of field: Field) -> Set<Int32>? { values.first { $0.field == field }?.numbers }

    /// Asks for what `other` asks as well.
    mutating func formAnd(_ other: Requirement) {
        types = types.intersection(other.types)
        possibleTypes = possibleTypes.intersection(other.possibleTypes)
        for some in other.values {
            if let place = values.firstIndex(where: { $0.field == some.field }) {
                values[place].numbers.formIntersection(some.numbers)
            } else {
                values.append(some)
            }
        }
        // Both must be found; to look for the shorter list is enough.
        if let others = other.groups, groups.map({ others.count < $0.count }) ?? true { groups = others }
        isExact = isExact && other.isExact
    }

    /// What the parts of an `or` have in common; all at once, as a condition may list thousands.
    static func anyOf(_ parts: [Requirement]) -> Requirement {
        let possible = parts.filter { !$0.isImpossible }
        guard let first = possible.first else { return parts.first ?? .any }
        var union = first
        var sidesThatDiffer: Set<Side> = []
        for part in possible.dropFirst() {
            for some in part.values where union.numbers(of: some.field) == nil {
                sidesThatDiffer.insert(.values(some.field))
            }
            for place in union.values.indices.reversed() {
                let field = union.values[place].field
                if let others = part.numbers(of: field) {
                    if others != first.numbers(of: field) { sidesThatDiffer.insert(.values(field)) }
                    // In place: the union may have grown to thousands.
                    union.values[place].numbers.formUnion(others)
                } else {
                    sidesThatDiffer.insert(.values(field))
                    union.values.remove(at: place)
                }
            }
            if let groups = part.groups { union.groups?.append(contentsOf: groups) } else { union.groups = nil }
            if part.types != first.types { sidesThatDiffer.insert(.types) }
            if part.possibleTypes != first.possibleTypes { sidesThatDiffer.insert(.possibleTypes) }
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
        return values.allSatisfy { mine in other.numbers(of: mine.field)?.isSubset(of: mine.numbers) ?? false }
    }
}
