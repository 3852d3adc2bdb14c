// The words behind a command, sorted by its manual:
//
//     --name VALUE   --name=VALUE   --flag   OPERAND   -- (only operands follow)   -h | --help
//
// A value that begins with `--` is written `--name=--value`, so that a forgotten value is noticed. Nothing may be given twice.

import Language

struct Arguments {
    private(set) var operands: [String] = []
    private(set) var askForHelp = false
    /// By the option's name; of a flag, the empty text.
    private var values: [String: String] = [:]

    init(_ words: [String], readBy manual: Manual) throws(CommandError) {
        var words = words[...]
        while let word = words.popFirst() {
            if word == "--" {
                operands += words
                break
            } else if word == "--help" || word == "-h" {
                askForHelp = true
                return
            } else if word.hasPrefix("--") {
                try take(option: word.dropFirst(2), &words, manual)
            } else if word.hasPrefix("-"), word != "-" {
                throw .usage("there is no option `\(word)`" + Self.guess(word.dropFirst(), among: manual))
            } else {
                operands.append(word)
            }
        }
        try checkOperands(manual.operands)
        for option in manual.options where option.isRequired && values[option.name] == nil {
            throw .usage("give `\(option.shown)`: \(option.help)")
        }
    }

    private mutating func take(
        option text: Substring, _ words: inout ArraySlice<String>, _ manual: Manual
    ) throws(CommandError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let attached = parts.count == 2 ? String(parts[1]) : nil
        guard let option = manual.options.first(where: { $0.name == parts[0] }) else {
            throw .usage("there is no option `--\(parts[0])`" + Self.guess(parts[0], among: manual))
        }
        guard values[option.name] == nil else { throw .usage("`--\(option.name)` is given twice") }
        if option.value == nil {
            guard attached == nil else { throw .usage("`--\(option.name)` takes no value") }
            values[option.name] = ""
        } else if let attached {
            values[option.name] = attached
        } else {
            guard let value = words.first, value == "--" || !value.hasPrefix("--") else {
                throw .usage("`\(option.shown)` needs its value; one that begins with `--` is written with `=`")
            }
            words.removeFirst()
            values[option.name] = value
        }
    }

    private func checkOperands(_ declared: Operands) throws(CommandError) {
        if operands.count > declared.countMax {
            let extra = operands[declared.countMax]
            throw .usage("`\(extra)` is one word too many; a text with spaces is written in quotes")
        }
        if case .one(let name) = declared, operands.isEmpty { throw .usage("give \(name)") }
    }

    private static func guess(_ name: Substring, among manual: Manual) -> String {
        let names = manual.options.map(\.name) + ["help"]
        return didYouMean(String(name), among: names).map { "; did you mean `--\($0)`?" } ?? ""
    }
}

// MARK: - Values

extension Arguments {
    subscript(option: Option) -> String? { values[option.name] }

    func has(_ flag: Option) -> Bool { values[flag.name] != nil }

    /// The value of an option that its manual requires.
    func required(_ option: Option) throws(CommandError) -> String {
        guard let value = values[option.name] else { throw .usage("give `\(option.shown)`") }
        return value
    }

    func integer<Number: FixedWidthInteger>(
        _ option: Option, in range: ClosedRange<Number>
    ) throws(CommandError) -> Number? {
        guard let text = values[option.name] else { return nil }
        guard let number = Number(text), range.contains(number) else {
            throw .usage(
                "`--\(option.name)` is a number from \(range.lowerBound) to \(range.upperBound), not `\(text)`")
        }
        return number
    }

    func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ option: Option, _ choices: Choice.Type
    ) throws(CommandError) -> Choice? {
        guard let text = values[option.name] else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue)
            throw .usage(
                "`--\(option.name)` is one of \(known.joined(separator: ", ")), not `\(text)`"
                    + didYouMeanSuffix(text, among: known))
        }
        return choice
    }
}
