// A diagnostic as text: the place, the message, the source line and a caret under the very characters.

extension Diagnostic {
    /// The columns of source shown at most; of a longer line, the part around the caret is shown.
    private static let excerptWidth = 120
    /// The columns kept before the caret when a long line is cut.
    private static let excerptLead = 60

    /// `name:line:column: error: message`, for logs.
    package var summary: String { "\(range.place): \(severity.rawValue): \(message)" }

    /// The whole finding, in several lines without an end of line at the end:
    ///
    ///     Rules/main.rules:14:5: error: unknown word `wehn` in route "orders"; did you mean `when`?
    ///      14 |     wehn type = message.received
    ///         |     ^~~~
    package var rendered: String {
        let file = range.file
        let line = file.lineRange(around: range.bytes.lowerBound)
        let start = min(max(range.bytes.lowerBound, line.lowerBound), line.upperBound)
        let end = min(max(range.bytes.upperBound, start), line.upperBound)
        var before = file.shownText(line.lowerBound..<start)
        var marked = file.shownText(start..<end)
        var after = file.shownText(end..<line.upperBound)
        if before.count + marked.count + after.count > Self.excerptWidth {
            before = Self.tail(of: before)
            marked = Self.head(of: marked, width: Self.excerptWidth - Self.excerptLead)
            after = Self.head(of: after, width: Self.excerptWidth - before.count - marked.count)
        }

        let number = "\(range.line)"
        let gutter = String(repeating: " ", count: number.count)
        let source = DisplayWidth.printable(before + marked + after)
        let padding = before.map { $0 == "\t" ? "\t" : String(repeating: " ", count: DisplayWidth.of($0)) }.joined()
        let underline = String(repeating: "~", count: max(marked.reduce(0) { $0 + DisplayWidth.of($1) } - 1, 0))
        var text = "\(summary)\n \(number) | \(source)\n \(gutter) | \(padding)^\(underline)"
        if let hint { text += "\n \(gutter) = \(hint)" }
        return text
    }

    /// The end of the text before the caret, at most `excerptLead` columns of it.
    private static func tail(of text: String) -> String {
        guard text.count > excerptLead else { return text }
        return "…" + text.suffix(excerptLead)
    }

    private static func head(of text: String, width: Int) -> String {
        guard text.count > width else { return text }
        return text.prefix(max(width, 0)) + "…"
    }
}
