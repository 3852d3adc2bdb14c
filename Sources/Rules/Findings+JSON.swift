// Findings as JSON, of rules and of their tests alike.

package import Codec
package import Language

extension Findings {
    /// In the order of `diagnostics`; nothing of it shows a secret.
    package var json: JSONValue { .array(diagnostics.map(\.json)) }
}

extension Diagnostic {
    package var json: JSONValue {
        let start = range.start
        return [
            "severity": .string(severity.rawValue), "file": .string(range.file.name),
            "line": .number(JSONNumber(start.line)), "column": .number(JSONNumber(start.column)),
            "message": .string(message), "hint": hint.map(JSONValue.string) ?? .null, "rendered": .string(rendered),
        ]
    }
}
