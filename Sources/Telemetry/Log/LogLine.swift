// One line about to be written: what was said, when, by whom. Its two looks are LogLine+JSON and LogLine+Columns.

struct LogLine {
    let time: Duration
    let level: LogLevel
    let subsystem: String
    let message: String
    let fields: LogFields

    /// The most bytes of one text in a line. Texts may come from a peer (an answer's body, a header); without a bound
    /// one hostile peer fills the disk of the log collector.
    static let textBytesMax = 4096

    /// The text cut to `textBytesMax`, at a character's boundary and visibly.
    static func bounded(_ text: String) -> String {
        guard text.utf8.count > textBytesMax else { return text }
        let cut = text.utf8.index(text.utf8.startIndex, offsetBy: textBytesMax)
        return String(text[..<text.unicodeScalars.index(roundingDown: cut)]) + "…"
    }
}

extension String.UnicodeScalarView {
    fileprivate func index(roundingDown position: Index) -> Index {
        position.samePosition(in: self) ?? index(before: position)
    }
}
