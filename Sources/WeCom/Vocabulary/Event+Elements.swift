// Filling an event from a document by a table of elements: the one place where vendors' values become fields.

import Codec
import Events

extension Event {
    /// Takes over every element that has a row for the event's type. Values that are empty or are not of the field's kind
    /// are left out: the vendors write empty numbers for "none" (WECOM.md, 9, row 24), and `raw` has them anyway.
    ///
    /// Every text of a document is UTF-8: its scanner has seen to that.
    mutating func take(_ document: borrowing InnerDocument, by table: NameTable<[VendorElements.Row]>) {
        for index in document.leaves.indices {
            guard let rows = table[document.path(at: index)] else { continue }
            for row in rows where row.types.contains(type) {
                if !has(row.field) { take(document, at: index, by: row) }
                break
            }
        }
    }

    private mutating func take(_ document: borrowing InnerDocument, at index: Int, by row: VendorElements.Row) {
        let text = document.text(at: index)
        switch row.reading {
        case .first:
            set(row.field, to: text, isUTF8: true)
        case .joined:
            set(row.field, to: document.joined(from: index, by: ",").span, isUTF8: true)
        case .lines:
            set(row.field, to: document.joined(from: index, by: "\n").span, isUTF8: true)
        case .seconds:
            if let moment = Timestamp(vendor: text) { set(row.field, to: moment) }
        case .word(let words):
            set(row.field, to: words[String(copying: text)] ?? "other")
        case .counted:
            set(row.field, to: document.count(from: index))
        }
    }
}

extension Timestamp {
    /// A vendor's time: seconds since 1970. Some instance providers write milliseconds; taken for seconds those would be
    /// beyond the year 5000.
    init?(vendor text: Span<UInt8>) {
        guard let number = ASCII.decimal(text), number > 0 else { return nil }
        if number < 100_000_000_000 { self.init(seconds: number) } else { self.init(milliseconds: number) }
    }
}
