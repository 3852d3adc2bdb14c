// Which field of an event an element of WeCom's inner document becomes (WECOM.md, 3.2 to 3.7). One table for all events:
// the vendor uses a name for the same thing nearly everywhere, and where it does not, the event's type decides. Elements
// that are not listed stay in `raw` only.

import Events

enum VendorElements {
    /// How an element's text becomes a field's value.
    enum Reading: Sendable {
        /// As it is; of repeated elements the first counts.
        case first
        /// All repeated elements with commas between them.
        case joined
        /// All repeated elements as lines of one text.
        case lines
        /// Seconds since 1970.
        case seconds
        /// A number that stands for a word; `other` when it is not listed.
        case word([String: String])
        /// How many of the elements there are.
        case counted
    }

    struct Row: Sendable {
        let field: Field
        let reading: Reading
        /// The types of events whose element this is.
        let types: EventTypeSet
    }

    static let rows = table(
        envelope + messages + bot + interactions + jobs + contacts + customers + office + suites)

    /// By folded path below the root. An element may have several rows; the first whose types match applies.
    static func table(_ listed: [(path: String, row: Row)]) -> NameTable<[Row]> {
        var order: [String] = []
        var byPath: [String: [Row]] = [:]
        for (path, row) in listed {
            let path = FoldedName.fold(path)
            if byPath[path] == nil { order.append(path) }
            byPath[path, default: []].append(row)
        }
        return NameTable(order.map { ($0, byPath[$0] ?? []) })
    }

    static func row(
        _ path: String, _ field: Field, _ reading: Reading = .first, in types: EventTypeSet? = nil
    ) -> (path: String, row: Row) {
        // An element never becomes a field that the schema does not declare for the type.
        (path, Row(field: field, reading: reading, types: field.row.types.intersection(types ?? .all)))
    }
}
