import Language
import TestBasics
import Testing

@testable import Rules

@Suite("Grammar comments")
struct GrammarTests {
    @Test("every example above a parse function is read without an error")
    func examples() throws {
        let folder = Repository.path("Sources/Rules/Syntax")
        var count = 0
        for name in try SourceFile.names(inFolder: folder) {
            let file = try SourceFile.read(path: "\(folder)/\(name)")
            for example in examples(in: file.text(file.bytes.indices)) {
                count += 1
                let isStatement = Vocabulary.statements.contains { example.hasPrefix($0 + " ") }
                // A channel has to be declared for a `notify` to name it, and each example stands alone.
                let around =
                    example.hasPrefix("notify")
                    ? "channel wecom { kind webhook url env:A } channel mail { kind webhook url env:B }" : ""
                let text = isStatement ? around + example : "route \"r\" { when \(example) to webhooks }"
                #expect(RuleSet.check(text).findings.rendered(.error) == [], "\(name)")
            }
        }
        #expect(count >= 8)
    }

    /// The indented blocks of documentation comments that are no grammar: those have `|`, `…` or names in capitals.
    private func examples(in source: String) -> [String] {
        var blocks: [String] = []
        var block: [Substring] = []
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) + [""[...]] {
            let text = line.drop(while: { $0 == " " })
            if text.hasPrefix("///     ") {
                block.append(text.dropFirst(8))
            } else if !block.isEmpty {
                blocks.append(block.joined(separator: "\n"))
                block = []
            }
        }
        return blocks.filter { block in
            let words = block.split(whereSeparator: \.isWhitespace)
            let hasPlaceholder = words.contains {
                $0.allSatisfy { $0.isUppercase || "\"[]_…".contains($0) } && $0.contains(where: \.isUppercase)
            }
            return !block.contains("|") && !block.contains("…") && !hasPlaceholder
        }
    }
}

extension Findings {
    fileprivate func rendered(_ severity: Diagnostic.Severity) -> [String] {
        diagnostics.filter { $0.severity == severity }.map(\.rendered)
    }
}
