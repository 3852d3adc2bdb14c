// The record of an event: the JSON that streams keep and that tenants receive unchanged. Members stand in the order of the
// schema, `raw` last, so that equal events have equal records and a person reads what matters first.

package import Codec

extension Event {
    package func append(jsonTo bytes: inout [UInt8]) {
        JSONWriter.append(to: &bytes) { writer in write(to: &writer) }
    }

    /// As one value of a larger document.
    package func write(to writer: inout JSONWriter) {
        let keys = Schema.keyTokens
        let contentStart = Schema.contentStart
        writer.beginObject()
        var isInContent = false
        for place in places where place.field != .raw {
            if Int(place.field.rawValue) >= contentStart, !isInContent {
                writer.key("content")
                writer.beginObject()
                isInContent = true
            }
            switch place.field.form {
            case .text, .time: writer.member(token: keys[place.field], string: value(at: place))
            case .number, .flag:
                writer.key(token: keys[place.field])
                writer.raw(value(at: place))
            }
        }
        if isInContent { writer.endObject() }
        if let raw = value(of: .raw) {
            if isRawText {
                writer.member(token: keys[.raw], string: raw)
            } else {
                writer.key(Self.rawInBase64)
                writer.base64(raw)
            }
        }
        writer.endObject()
    }

    package static let rawInBase64 = "raw_base64"
}
