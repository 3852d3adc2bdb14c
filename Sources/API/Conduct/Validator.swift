// Compares a value with its schema and notes everything that is wrong, so that whoever sent it can mend it in one go.

import Codec
import Events
import HTTP

struct Validator {
    private(set) var faults: [MemberFault] = []
    /// A hostile array must not make the answer longer than the request.
    private static let faultsMax = 50

    /// - Parameter field: where the value stands: `config`, `items[2].name`; empty for the body itself.
    mutating func check(_ value: JSONValue, _ schema: Schema, at field: String) {
        switch schema {
        case .boolean: if value.bool == nil { wrongType(field, "true or false") }
        case .integer(let range): check(integer: value, range, field)
        case .text(let form, let lengths): check(text: value, form, lengths, field)
        case .time:
            guard let text = value.string else { return wrongType(field, "a text") }
            if Timestamp(rfc3339: text) == nil {
                note(field, "format", "must be a time as RFC 3339 has it, of the years 1970 to 9999")
            }
        case .choice(let choices):
            guard let text = value.string else { return wrongType(field, "a text") }
            if !choices.contains(text) {
                note(field, "not_allowed", "must be one of \(choices.joined(separator: ", "))")
            }
        case .array(let element, let counts):
            guard let elements = value.array else { return wrongType(field, "an array") }
            check(count: elements.count, counts, "elements", field)
            for (index, value) in elements.enumerated() where faults.count < Self.faultsMax {
                check(value, element, at: "\(field)[\(index)]")
            }
        case .object(let object): check(object: value, object, field)
        case .anyObject: if value.object == nil { wrongType(field, "an object") }
        }
    }

    private mutating func check(integer value: JSONValue, _ range: ClosedRange<Int64>, _ field: String) {
        guard case .number(let number) = value else { return wrongType(field, "an integer") }
        guard let integer = number.integer else { return note(field, "type", "must be an integer of at most 64 bits") }
        if integer < range.lowerBound { note(field, "too_small", "must be at least \(range.lowerBound)") }
        if integer > range.upperBound { note(field, "too_large", "must be at most \(range.upperBound)") }
    }

    private mutating func check(
        text value: JSONValue, _ form: TextForm, _ lengths: ClosedRange<Int>, _ field: String
    ) {
        guard let text = value.string else { return wrongType(field, "a text") }
        check(count: text.unicodeScalars.count, lengths, "characters", field)
        if lengths.contains(text.unicodeScalars.count), !form.accepts(text) {
            note(field, "format", "must be \(form.description)")
        }
    }

    private mutating func check(count: Int, _ counts: ClosedRange<Int>, _ things: String, _ field: String) {
        if count < counts.lowerBound { note(field, "too_short", "must have at least \(counts.lowerBound) \(things)") }
        if count > counts.upperBound { note(field, "too_long", "must have at most \(counts.upperBound) \(things)") }
    }

    private mutating func check(object value: JSONValue, _ object: ObjectSchema, _ field: String) {
        guard let members = value.object else { return wrongType(field, "an object") }
        for member in members where faults.count < Self.faultsMax {
            let place = Self.join(field, member.key)
            guard let schema = object.members.first(where: { $0.name == member.key }) else {
                note(place, "unknown", "is not known here; see /api/openapi.json")
                continue
            }
            if member.value == .null {
                if !schema.isNullable { note(place, "null", "must not be null") }
            } else {
                check(member.value, schema.schema, at: place)
            }
        }
        for schema in object.members where schema.isRequired && value[schema.name] == nil {
            note(Self.join(field, schema.name), "required", "is required")
        }
    }

    private mutating func wrongType(_ field: String, _ wanted: String) { note(field, "type", "must be \(wanted)") }

    mutating func note(_ field: String, _ code: String, _ detail: String) {
        guard faults.count < Self.faultsMax else { return }
        faults.append(MemberFault(field: field, code: code, detail: detail))
    }

    /// What a stranger called a member is told back, but not at any length.
    private static func join(_ field: String, _ name: String) -> String {
        let shown = name.unicodeScalars.count > 64 ? String(name.unicodeScalars.prefix(64)) + "…" : name
        return field.isEmpty ? shown : field + "." + shown
    }
}
