import Events
import TestBasics
import Testing

@testable import Language
@testable import Rules

@Suite("Vocabulary")
struct VocabularyTests {
    @Test("every word of the grammar above a parse function is in the vocabulary")
    func grammar() throws {
        var words: Set<String> = []
        for folder in ["Syntax", "Trials"].map({ Repository.path("Sources/Rules/\($0)") }) {
            for name in try SourceFile.names(inFolder: folder) {
                let file = try SourceFile.read(path: "\(folder)/\(name)")
                words.formUnion(Self.grammarWords(file.text(file.bytes.indices)))
            }
        }
        #expect(words.count > 40)
        #expect(
            words.subtracting(Self.words).filter { Field(name: $0) == nil } == [],
            "words that the editors are not asked for")
    }

    /// Of the indented lines of documentation comments that are grammar, what is written as it stands there: no strings, no names
    /// in capitals, no fields.
    private static func grammarWords(_ source: String) -> Set<String> {
        var words: Set<String> = []
        for line in source.split(separator: "\n") {
            let text = line.drop { $0 == " " }
            guard text.hasPrefix("///     ") else { continue }
            // What is not grammar is an example, and prose stands in parentheses.
            let grammar = text.dropFirst(8).prefix { $0 != "(" }
            guard grammar.contains("|") || grammar.contains("…") || grammar.contains(/^[A-Z-]+ =/) else { continue }
            let tokens = Lexer.lex(SourceFile(name: "", text: String(grammar))).tokens
            for token in tokens {
                guard case .word(let word) = token.kind, word.first?.isLowercase == true, !word.contains(".") else {
                    continue
                }
                words.insert(word)
            }
        }
        return words
    }

    static let words = Set(
        Vocabulary.statements + Vocabulary.testStatements + Vocabulary.expectations + Vocabulary.clauses
            + Vocabulary.targets + Vocabulary.operators + Vocabulary.particles
            + Vocabulary.values)
}
