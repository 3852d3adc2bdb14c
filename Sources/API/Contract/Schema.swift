// What a value in a body, a query or an answer looks like. Validation reads it, and so does the documentation, which therefore
// promises what is checked.

package indirect enum Schema: Sendable {
    case boolean
    case integer(ClosedRange<Int64>)
    /// Lengths are counted in characters of Unicode, as JSON Schema does.
    case text(TextForm, ClosedRange<Int>)
    /// RFC 3339 with any offset; answers have UTC and milliseconds.
    case time
    case choice([String])
    case array(of: Schema, ClosedRange<Int>)
    case object(ObjectSchema)
    /// An object with whatever members: settings that mean nothing to Weir.
    case anyObject
}

package struct ObjectSchema: Sendable {
    /// Its name among the components of the OpenAPI document; nil: it is written where it stands.
    package let name: String?
    package let meaning: String
    package let members: [MemberSchema]

    package init(_ name: String?, _ meaning: String, _ members: [MemberSchema]) {
        self.name = name
        self.meaning = meaning
        self.members = members
    }

    /// The object of a list as every list is answered: the array under the resource's name, and where in the whole it stands.
    package static func page(_ name: String, _ member: String, of element: ObjectSchema) -> ObjectSchema {
        ObjectSchema(
            name, "One page of a list.",
            [
                .required(member, .array(of: .object(element), 0...100), "The page."),
                .required("total", .integer(0...Int64.max), "How many there are on all pages."),
                .required("page", .integer(PageQuery.pages), "The number of this page."),
                .required("size", .integer(PageQuery.sizes), "How many a page has at most."),
            ])
    }
}

package struct MemberSchema: Sendable {
    package let name: String
    package let schema: Schema
    package let meaning: String
    package let isRequired: Bool
    package let isNullable: Bool

    package static func required(
        _ name: String, _ schema: Schema, _ meaning: String, isNullable: Bool = false
    ) -> MemberSchema {
        MemberSchema(name: name, schema: schema, meaning: meaning, isRequired: true, isNullable: isNullable)
    }

    package static func optional(
        _ name: String, _ schema: Schema, _ meaning: String, isNullable: Bool = false
    ) -> MemberSchema {
        MemberSchema(name: name, schema: schema, meaning: meaning, isRequired: false, isNullable: isNullable)
    }
}
