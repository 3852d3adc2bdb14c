// Schemas of the table in the terms of JSON Schema 2020-12, which OpenAPI 3.1 uses.

import Codec

extension Schema {
    var json: JSONValue {
        switch self {
        case .boolean: ["type": "boolean"]
        case .integer(let range):
            [
                "type": "integer", "format": "int64", "minimum": .number(JSONNumber(range.lowerBound)),
                "maximum": .number(JSONNumber(range.upperBound)),
            ]
        case .text(let form, let lengths): text(form, lengths)
        case .time:
            // The years that `Timestamp` has.
            ["type": "string", "format": "date-time", "pattern": "^(19[7-9]|[2-9][0-9]{2})[0-9]-"]
        case .choice(let choices): ["type": "string", "enum": .array(choices.map { .string($0) })]
        case .array(let element, let counts):
            [
                "type": "array", "items": element.json, "minItems": .number(JSONNumber(counts.lowerBound)),
                "maxItems": .number(JSONNumber(counts.upperBound)),
            ]
        case .object(let object): object.reference
        case .anyObject: ["type": "object"]
        }
    }

    private func text(_ form: TextForm, _ lengths: ClosedRange<Int>) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("type", "string"), .init("minLength", .number(JSONNumber(lengths.lowerBound))),
            .init("maxLength", .number(JSONNumber(lengths.upperBound))),
        ]
        if let pattern = form.pattern { members.append(.init("pattern", .string(pattern))) }
        if let format = form.format { members.append(.init("format", .string(format))) }
        let isExampleFit = lengths.contains(form.example.unicodeScalars.count)
        if isExampleFit { members.append(.init("examples", [.string(form.example)])) }
        return .object(members)
    }
}

extension ObjectSchema {
    var reference: JSONValue {
        guard let name else { return definition }
        return ["$ref": .string("#/components/schemas/" + name)]
    }

    var definition: JSONValue {
        let required = members.filter(\.isRequired).map { JSONValue.string($0.name) }
        var json: [JSONValue.Member] = [
            .init("type", "object"), .init("description", .string(meaning)),
            .init("properties", .object(members.map { .init($0.name, $0.json) })),
        ]
        if !required.isEmpty { json.append(.init("required", .array(required))) }
        json.append(.init("additionalProperties", false))
        return .object(json)
    }
}

extension MemberSchema {
    fileprivate var json: JSONValue {
        let value: JSONValue = isNullable ? ["anyOf": [schema.json, ["type": "null"]]] : schema.json
        return .object((value.object ?? []) + [.init("description", .string(meaning))])
    }
}

/// The named objects that endpoints take and answer, by name.
struct SchemaCollection {
    private(set) var members: [JSONValue.Member] = []
    /// Names that stand for two different objects: a mistake in the table.
    private(set) var clashes: [String] = []

    init(_ endpoints: [Endpoint]) {
        add(Self.problem)
        for endpoint in endpoints {
            for parameter in endpoint.parameters { add(parameter.schema) }
            if let body = endpoint.body { add(body) }
            for answer in endpoint.answers {
                if case .object(let object) = answer.content { add(object) }
            }
        }
        members.sort { $0.key < $1.key }
    }

    private mutating func add(_ schema: Schema) {
        switch schema {
        case .object(let object): add(object)
        case .array(let element, _): add(element)
        case .boolean, .integer, .text, .time, .choice, .anyObject: break
        }
    }

    private mutating func add(_ object: ObjectSchema) {
        if let name = object.name {
            let definition = object.definition
            if let known = members.first(where: { $0.key == name }) {
                if known.value != definition { clashes.append(name) }
                return
            }
            members.append(.init(name, definition))
        }
        for member in object.members { add(member.schema) }
    }

    static let problem = ObjectSchema(
        "Problem", "What is wrong with a request (RFC 9457). Clients go by `code`.",
        [
            .required("title", .text(.line, 1...100), "The phrase of the status."),
            .required("status", .integer(400...599), "The status."),
            .required("code", .text(.line, 1...100), "The stable name of the problem."),
            .required("detail", .text(.any, 1...2000), "What is wrong with this request, for a person."),
            .optional(
                "errors",
                .array(
                    of: .object(
                        ObjectSchema(
                            "MemberFault", "One thing that is wrong with a body or a query.",
                            [
                                .required("field", .text(.any, 0...1000), "Where: `config`, `items[2].name`."),
                                .required("code", .text(.line, 1...100), "The stable name of the fault."),
                                .required("detail", .text(.any, 1...2000), "What it must be, for a person."),
                            ])), 1...50), "All that is wrong with the members and parameters."),
        ])
}
