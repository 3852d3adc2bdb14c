// A document for people: one member a line, in the order it came.

import Codec

enum PrettyJSON {
    /// What is no JSON is shown as it is.
    static func text(_ bytes: [UInt8]) -> String {
        do throws(CodecError) {
            var text = ""
            append(try JSONValue(parsing: bytes.span), indent: "", to: &text)
            return text
        } catch {
            return Printable.line(String(decoding: bytes, as: UTF8.self))
        }
    }

    private static func append(_ value: JSONValue, indent: String, to text: inout String) {
        let inner = indent + "  "
        switch value {
        case .object(let members) where !members.isEmpty:
            for (index, member) in members.enumerated() {
                text += "\(index == 0 ? "{" : ",")\n\(inner)\(quoted(member.key)): "
                append(member.value, indent: inner, to: &text)
            }
            text += "\n\(indent)}"
        case .array(let elements) where !elements.isEmpty:
            for (index, element) in elements.enumerated() {
                text += "\(index == 0 ? "[" : ",")\n\(inner)"
                append(element, indent: inner, to: &text)
            }
            text += "\n\(indent)]"
        case .string(let string):
            text += quoted(string)
        case .object, .array, .number, .bool, .null:
            text += String(decoding: value.bytes, as: UTF8.self)
        }
    }

    /// JSON's own escapes, and escapes for all else that is not printed: the text is a stranger's.
    private static func quoted(_ string: String) -> String {
        let json = String(decoding: JSONValue.string(string).bytes, as: UTF8.self)
        guard !json.unicodeScalars.allSatisfy(Printable.isPrinted) else { return json }
        var text = ""
        for scalar in json.unicodeScalars {
            if Printable.isPrinted(scalar) {
                text.unicodeScalars.append(scalar)
            } else {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return text
    }
}
