// The schema of events: one table of types and one of fields. Records are read and written by it, the checker of the rule
// language asks it, documentation is rendered from it. To add a field: a case in ``Field``, a row at the same place here.

import Codec

package enum Schema {
    package static let fields: [FieldRow] =
        recordFields + originFields
        + messageFields + accountFields + interactionFields + jobFields
        + contactFields + customerFields + officeFields + suiteFields + quotaFields
        + endpointFields

    // What is asked for on the way of an event lies in columns of its own: a row is large, and to copy one costs counting
    // the references to all of its texts.
    static let forms = fields.map(\.kind.form)
    /// As a record writes them, with quotes and colon.
    static let keyTokens = KeyTokens(fields)
    static let required = fields.filter(\.isRequired).map(\.field)
    /// Fields of the record come before those of the content.
    static let contentStart = fields.firstIndex(where: \.isContent) ?? fields.count

    static let fieldsByName = NameTable(fields.map { ($0.name, $0.field) })

    /// The keys inside `content`, without the prefix that rules write.
    static let contentFieldsByKey = NameTable(
        fields.filter(\.isContent).map { ($0.key, $0.field) })

    /// The keys beside `content`. `raw_base64` is no field of its own: it is how `raw` is written when it is not UTF-8.
    static let recordFieldsByKey = NameTable(
        fields.filter { !$0.isContent }.map { ($0.key, $0.field) })

    static let typesByName = NameTable(types.map { ($0.name, $0.type) })
}

/// What a record writes before each value, its quote included if it is a string. End to end: an array of arrays would count
/// references for each.
struct KeyTokens: Sendable {
    private var bytes: [UInt8] = []
    private var starts: [Int] = []

    init(_ fields: [FieldRow]) {
        for row in fields {
            starts.append(bytes.count)
            bytes.append(text: ",\"\(row.key)\":")
            if row.kind.form == .text || row.kind.form == .time { bytes.append(UInt8(ascii: "\"")) }
        }
        starts.append(bytes.count)
    }

    subscript(_ field: Field) -> Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let row = Int(field.rawValue)
            return bytes.span.extracting(starts[row]..<starts[row &+ 1])
        }
    }
}

/// What is known about a field.
package struct FieldRow: Sendable {
    package let field: Field
    package let name: String
    package let kind: FieldKind
    /// The event types it may occur with; a rule that asks for it elsewhere is a mistake.
    package let types: EventTypeSet
    /// Half a sentence that says what the value is.
    package let meaning: String
    /// A record without it is no record.
    package let isRequired: Bool
    /// It opens something: logs show that it is there, but not what it says.
    package let isSecret: Bool
    /// The name in the record's JSON: the last part of the name.
    package let key: String
    package let isContent: Bool

    init(
        _ field: Field, _ name: String, _ kind: FieldKind, _ types: EventTypeSet, _ meaning: String,
        required: Bool = false, secret: Bool = false
    ) {
        self.field = field
        self.name = name
        self.kind = kind
        self.types = types
        self.meaning = meaning
        isRequired = required
        isSecret = secret
        let prefix = "content."
        isContent = name.hasPrefix(prefix)
        key = isContent ? String(name.dropFirst(prefix.count)) : name
    }
}
