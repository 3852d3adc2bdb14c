// An event as people write it to try a rule: JSON of which only the type must be there.

import Codec
package import Events
import Language

package struct EventSketch: Sendable {
    package let event: Event
    /// Weir makes events of its own types only, so another one is a slip of whoever wrote the sketch.
    package let warning: String?

    package init(json: Span<UInt8>, now: Timestamp) throws(EventFault) {
        event = try Event(json: json, as: .sketch(at: now))
        guard let type = (try? JSONValue(parsing: json))?["type"]?.string, EventType(name: type) == nil else {
            warning = nil
            return
        }
        let guess = didYouMeanSuffix(type, among: EventType.allCases.map(\.name))
        warning = "there is no event type `\(DisplayWidth.printable(type))`\(guess)"
    }
}
