// Why a record is no event. Records come out of Redis, from other versions of Weir and out of files that people write, so
// each of these is an ordinary outcome.

package import Codec

package enum EventFault: Error, Equatable, Sendable {
    /// It is not JSON.
    case malformed(CodecError)
    /// It is JSON, but no object.
    case notAnObject
    /// Its `content` is no object.
    case contentNotAnObject
    /// It begins with a byte order mark, which JSON does not have.
    case byteOrderMark
    /// It does not have a field that every record has.
    case missing(Field)
    /// The field is there, but its value is of another kind.
    case wrongKind(Field)
    /// The field is there twice.
    case repeated(Field)
}

extension EventFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let error): "the event \(error)"
        case .notAnObject: "the event is not a JSON object, `{ … }`"
        case .contentNotAnObject: "the event's `content` is not a JSON object, `{ … }`"
        case .byteOrderMark: "the event begins with a byte order mark; save it as UTF-8 without one"
        case .missing(let field): "the event has no `\(field)`; give it one"
        case .wrongKind(let field):
            "the event's `\(field)` is not a \(field.kind.name); \(Self.remedy(for: field.kind))"
        case .repeated(let field): "the event has `\(field)` twice; remove one of them"
        }
    }

    private static func remedy(for kind: FieldKind) -> String {
        switch kind {
        case .text, .token: "write it in quotes"
        case .number: "write it without quotes, such as 12.5"
        case .flag: "write true or false, without quotes"
        case .time: "write it in RFC 3339, such as \"2026-11-23T22:33:00Z\""
        }
    }
}
