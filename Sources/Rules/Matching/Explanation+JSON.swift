// An explanation as JSON, for the API.

package import Codec
import Events
import Language

extension Explanation {
    package var json: JSONValue {
        [
            "version": .string(version), "routes": .array(routes.map(\.json)),
            "targets": .array(targets.map { .string($0.shown) }), "rendered": .string(rendered),
        ]
    }
}

extension Explanation.Route {
    fileprivate var json: JSONValue {
        var word = "matched"
        var (clause, clausePlace, stopper) = (JSONValue.null, JSONValue.null, JSONValue.null)
        var seen: [JSONValue] = []
        switch outcome {
        case .matched: break
        case .failed(let text, let place, let values):
            (word, clause, clausePlace) = ("failed", .string(text), .string(place))
            seen = values.map { ["field": .string($0.field.name), "value": $0.value.map(JSONValue.string) ?? .null] }
        case .stopped(let route): (word, stopper) = ("stopped", .string(route))
        }
        return [
            "name": .string(name), "place": .string(place), "outcome": .string(word), "clause": clause,
            "clause_place": clausePlace, "seen": .array(seen), "stopped_by": stopper,
            "targets": .array(targets.map { .string($0.shown) }), "stop": .bool(stops), "shadow": .bool(isShadow),
        ]
    }
}
