// What came of checking rules and running their tests, as JSON: `weir rules check --json`, and the answer of the API.

package import Codec
import Language
package import Rules

extension CheckedFiles {
    /// - Parameters:
    ///   - path: what was checked, where it has a name.
    ///   - faults: what a process on this host would refuse in these rules though their text is right.
    ///   - tests: nil where there are none, or the rules have errors.
    ///   - unopened: files of secrets that were not looked at.
    package func json(
        path: String? = nil, faults: [String], tests: TrialSuite?, unopened: [String] = []
    ) -> JSONValue {
        let isRight = rules != nil && faults.isEmpty && tests?.faults.isEmpty ?? true
        let members: [JSONValue.Member] = [
            .init("ok", .bool(isRight)),
            .init("version", rules.map { .string($0.version) } ?? .null),
            .init("routes", rules.map { .number(JSONNumber($0.routes.count)) } ?? .null),
            .init("findings", findings.json), .init("faults", .array(faults.map(JSONValue.string))),
            .init("unopened", .array(unopened.map(JSONValue.string))), .init("tests", tests?.json ?? .null),
        ]
        return .object((path.map { [.init("path", .string($0))] } ?? []) + members)
    }
}

extension TrialSuite {
    fileprivate var json: JSONValue {
        let outcomes = report?.outcomes ?? []
        return [
            "findings": findings.json, "run": .number(JSONNumber(outcomes.count)),
            "failed": .number(JSONNumber(report?.failedCount ?? 0)),
            "failures": .array((report?.failures ?? []).map(\.json)),
            "gaps": .array((report?.coverage.gaps ?? []).map(JSONValue.string)),
        ]
    }
}

extension TrialFailure {
    fileprivate var json: JSONValue {
        let start = range.start
        return [
            "test": .string(trial), "file": .string(range.file.name), "line": .number(JSONNumber(start.line)),
            "column": .number(JSONNumber(start.column)), "fact": .string(fact), "rendered": .string(rendered),
        ]
    }
}
