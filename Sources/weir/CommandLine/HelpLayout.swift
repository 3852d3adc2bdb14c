// Lines of help, none wider than 100 characters. Every text ends with a line end.

enum HelpLayout {
    private static let lineWidth = 100
    /// A longer name has a line of its own.
    private static let nameWidthMax = 28

    /// Two columns: names, and what they mean.
    static func table(_ rows: [(name: String, meaning: String)]) -> String {
        let width = min(rows.map(\.name.count).max() ?? 0, nameWidthMax)
        return rows.map { name, meaning in
            let words = meaning.split(separator: " ").map(String.init)
            let margin = String(repeating: " ", count: width + 4)
            if name.count > width { return "  \(name)\n" + hanging(words, behind: margin) }
            return hanging(words, behind: "  \(name)" + margin.dropFirst(name.count + 2))
        }.joined()
    }

    /// Lines of prose become lines of the help's width; indented ones, such as examples, stay as they are.
    static func prose(_ text: String) -> String {
        var result = ""
        var paragraph: [String] = []
        func endParagraph() {
            if !paragraph.isEmpty { result += hanging(paragraph, behind: "") }
            paragraph = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty || line.hasPrefix(" ") {
                endParagraph()
                result += line + "\n"
            } else {
                paragraph += line.split(separator: " ").map(String.init)
            }
        }
        endParagraph()
        return result
    }

    /// `start`, and behind it a column of words.
    static func hanging(_ words: [String], behind start: String) -> String {
        let margin = String(repeating: " ", count: start.count)
        var lines = [start + (words.first ?? "")]
        for word in words.dropFirst() {
            if lines[lines.count - 1].count + 1 + word.count > lineWidth {
                lines.append(margin + word)
            } else {
                lines[lines.count - 1] += " " + word
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
