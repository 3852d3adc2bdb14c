// Formatting: nothing but white space changes, formatting again changes nothing, and the rules decide as before.

import Events
import Language
import Rules

extension Fuzzer {
    package static let formatting = Fuzzer(
        name: "formatting",
        about: "rule files formatted: the same words and comments, the same rules, once and for all",
        sizeMax: 2048,
        words: rules.words + ["\r\n", "\n\n", "# a comment\n", " # behind it\n", ",\n", "}\n", "\t"]
            + [
                "test \"", "event type ", "expect ", "expect only [", "after ", "at 2026-01-05T09:00:00+08:00",
                "times ",
            ],
        seeds: { try Samples.rules() + Samples.formatting() },
        check: { input in try checkFormatting(input) })
}

private func checkFormatting(_ input: [UInt8]) throws {
    let file = SourceFile(name: "main.rules", bytes: input)
    let formatted = RuleSet.format(file)
    try require(formatted.bytes != nil || formatted.findings.hasErrors, "what is not formatted has an error")
    guard let bytes = formatted.bytes else { return }
    let text = text(bytes)
    let copy = SourceFile(name: "main.rules", bytes: bytes)
    try require(RuleSet.format(copy).bytes.map(Fuzzers.text), equals: text, "formatting again changes nothing")
    try require(naiveWords(bytes) == naiveWords(input), "the words and comments are those of before:\n\(text)")
    try require(bytes.isEmpty || bytes.last == UInt8(ascii: "\n"), "the last line is ended")
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        try require(line.last != " " && line.last != "\t", "nothing blank ends a line:\n\(text)")
    }
    try require(!text.contains("\n\n\n"), "no two blank lines in a row:\n\(text)")

    // Not of tests: the checker of rules makes nothing of them.
    guard naiveWords(input).first(where: { $0.first != UInt8(ascii: "#") }) != Array("test".utf8) else { return }
    let before = RuleSet.check([file])
    let after = RuleSet.check([copy])
    let (told, toldAfter) = (before.findings.diagnostics.map(\.message), after.findings.diagnostics.map(\.message))
    try require(told, equals: toldAfter, "the same is wrong with the rules")
    guard let rules = before.rules, let same = after.rules else { return }
    try require(same.routes.map(\.name.value), equals: rules.routes.map(\.name.value), "the routes")
    try require(same.targets, equals: rules.targets, "the targets")
    var (matcher, other) = (Matcher(rules), Matcher(same))
    for event in RulesCheck.events {
        try require(other.decide(event), equals: matcher.decide(event), "the rules decide as before")
    }
}

/// A second reader of words: comments, strings, brackets, commas and signs by themselves, and whatever white space divides.
private func naiveWords(_ bytes: [UInt8]) -> [[UInt8]] {
    var words: [[UInt8]] = []
    var word: [UInt8] = []
    func end() {
        if !word.isEmpty { words.append(word) }
        word = []
    }
    var rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    while let byte = rest.popFirst() {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): end()
        case UInt8(ascii: "#"):
            end()
            var comment = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest[comment.endIndex...]
            while let last = comment.last, [0x20, 0x09, 0x0D].contains(last) { comment.removeLast() }
            words.append([byte] + comment)
        case UInt8(ascii: "\""):
            end()
            word.append(byte)
            while let inner = rest.popFirst() {
                word.append(inner)
                if inner == UInt8(ascii: "\\"), let escaped = rest.popFirst() { word.append(escaped) }
                if inner == byte { break }
            }
            end()
        case let byte where "{}[](),".utf8.contains(byte):
            end()
            words.append([byte])
        case let byte where "=<>!".utf8.contains(byte):
            end()
            let sign = rest.prefix { "=<>!".utf8.contains($0) }
            rest = rest[sign.endIndex...]
            words.append([byte] + sign)
        default: word.append(byte)
        }
    }
    end()
    return words
}
