// The record of an event: the JSON that streams keep and that tenants receive unchanged. Members stand in the order of the
// schema, `raw` last, so that equal events have equal records and a person reads what matters first.

package import Codec

extension Event {
    package func append(jsonTo bytes: inout [UInt8]) {
        JSONWriter.append(to: &bytes) { writer in write(to: &writer) }
    }

    /// As one value of a larger document.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        var isInContent = false
        for field in fields where field != .raw {
            if field.isContent, !isInContent {
                writer.key("content")
                writer.beginObject()
                isInContent = true
            }
            guard let value = value(of: field) else { continue }
            writer.key(field.key)
            switch field.form {
            case .text, .time: writer.string(value)
            case .number, .flag: writer.raw(value)
            }
        }
        if isInContent { writer.endObject() }
        if let raw = value(of: .raw) {
            if UTF8Check.isValid(raw) {
                writer.key(Field.raw.key)
                writer.string(raw)
            } else {
                writer.key(Self.rawInBase64)
                writer.base64(raw)
            }
        }
        writer.endObject()
    }

    static let rawInBase64 = "raw_base64"
}
