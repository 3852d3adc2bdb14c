// The help of a command and of a group of commands, as text.

extension Manual {
    /// - path: the words that lead to the command, `weir` first.
    func help(path: [String]) -> String {
        let command = path.joined(separator: " ")
        var text = "\(command): \(summary)\n\n\(synopsis(command))"
        if !notes.isEmpty { text += "\n\(HelpLayout.prose(notes))" }
        if !options.isEmpty { text += "\nOptions:\n\(HelpLayout.table(options.map { ($0.shown, $0.help) }))" }
        return text
    }

    private func synopsis(_ command: String) -> String {
        var words = options.map { $0.isRequired ? $0.shown : "[\($0.shown)]" }
        if let operands = operands.shown { words.append(operands) }
        let start = "Usage: \(command)"
        return words.isEmpty ? "\(start)\n" : HelpLayout.hanging(words, behind: "\(start) ")
    }
}

extension CommandGroup {
    func help(path: [String]) -> String {
        let command = path.joined(separator: " ")
        let table = HelpLayout.table(entries.map { ($0.name, $0.summary) })
        return """
            \(command): \(summary)

            Usage: \(command) COMMAND …

            Commands:
            \(table)
            More about one of them: \(command) COMMAND --help

            """
    }
}
