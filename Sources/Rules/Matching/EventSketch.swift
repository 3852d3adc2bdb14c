// An event as people write it to try a rule: JSON of which only the type must be there.

import Codec
package import Events
import Language

package struct EventSketch: Sendable {
    package let event: Event
    /// Slips of whoever wrote the sketch: Weir makes events of its own types and fields only.
    package let warning: String?

    /// A sketch has one slip or two; another kind of document has many.
    private static let warnings = 5

    package init(json: Span<UInt8>, now: Timestamp) throws(EventFault) {
        event = try Event(json: json, as: .sketch(at: now))
        let document = try? JSONValue(parsing: json)
        let warnings = [document?["type"]?.string.flatMap(Self.warning(ofType:))] + Self.warnings(ofFieldsIn: document)
        let found = warnings.compactMap(\.self).prefix(Self.warnings)
        warning = found.isEmpty ? nil : found.joined(separator: "; ")
    }

    private static func warning(ofType type: String) -> String? {
        guard EventType(name: type) == nil else { return nil }
        let guess = didYouMeanSuffix(type, among: EventType.allCases.map(\.name))
        return "there is no event type `\(DisplayWidth.printable(type))`\(guess)"
    }

    private static func warnings(ofFieldsIn document: JSONValue?) -> [String?] {
        let outer = (document?.object ?? []).map(\.key).filter { $0 != "content" && $0 != Event.rawInBase64 }
        let inner = (document?["content"]?.object ?? []).map { "content." + $0.key }
        return (outer + inner).lazy.filter { Field(name: $0) == nil }.prefix(warnings).map { name in
            let guess = didYouMeanSuffix(name, among: Field.allCases.map(\.name))
            return "there is no field `\(DisplayWidth.printable(name))`\(guess)"
        }
    }
}
