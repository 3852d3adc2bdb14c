// What came of a check as JSON: `weir rules check --json`, and the answers of the API.

package import Codec
package import Language

extension CheckedFiles {
    /// - Parameters:
    ///   - path: what was checked, where it has a name.
    ///   - faults: what a process on this host would refuse in these rules though their text is right.
    package func json(path: String? = nil, faults: [String]) -> JSONValue {
        let members: [JSONValue.Member] = [
            .init("ok", .bool(rules != nil && faults.isEmpty)),
            .init("version", rules.map { .string($0.version) } ?? .null),
            .init("routes", rules.map { .number(JSONNumber($0.routes.count)) } ?? .null),
            .init("findings", findings.json), .init("faults", .array(faults.map(JSONValue.string))),
        ]
        return .object((path.map { [.init("path", .string($0))] } ?? []) + members)
    }
}

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
