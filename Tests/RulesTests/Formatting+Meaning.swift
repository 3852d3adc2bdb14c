import Fuzzers
import Testing

@testable import Language
@testable import Rules

extension RuleSet {
    /// One file given as text, formatted; nil if it cannot be.
    static func format(_ text: String) -> String? {
        format(SourceFile(name: "main.rules", text: text)).bytes.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// What must hold for whatever can be formatted.
///
/// - Returns: whether it can.
@discardableResult
func requireSound(_ bytes: [UInt8]) throws -> Bool {
    try Fuzzer.formatting.check(bytes)
    let file = SourceFile(name: "main.rules", bytes: bytes)
    guard let formatted = RuleSet.format(file).bytes else { return false }
    let copy = SourceFile(name: "main.rules", bytes: formatted)
    try #require(tokens(of: copy) == tokens(of: file))
    let (rules, same) = (RuleSet.check([file]).rules, RuleSet.check([copy]).rules)
    try #require((rules == nil) == (same == nil))
    if let rules, let same { try #require(rules.meaning == same.meaning) }
    return true
}

/// Kinds and texts, comments among them, places left out.
private func tokens(of file: SourceFile) -> [String] {
    Lexer.lex(file).tokens.map { token in
        guard token.kind == .comment else { return "\(token.kind) \(token.range.text)" }
        var text = token.range.text[...]
        while let last = text.unicodeScalars.last, last.properties.isWhitespace { text.unicodeScalars.removeLast() }
        return "# \(text)"
    }
}

extension RuleSet {
    /// All that the rules consist of, places left out.
    fileprivate var meaning: [String] {
        routes.map { "\($0.name.value) \($0.condition) \($0.targets) \($0.stops) \($0.isShadow)" } + [
            "\(targets)", "\(quotas)", "\(alerts)", "\(channels)", "\(notifications)", "\(repeatInterval as Any)",
            "\(grouping as Any)", "\(silences)", "\(program.steps)", "\(program.parts)", "\(program.tests)",
        ]
    }
}
