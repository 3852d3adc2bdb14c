// What a search of a text costs, in steps: twice the text may cost twice as much, and no more, however hostile both are.

import TestBasics
import Testing

@testable import Rules

@Suite("Searches are linear in their text")
struct LinearSearchTests {
    private struct Steps: SearchSteps {
        var number = 0
        mutating func count() { number += 1 }
    }

    private func text(_ piece: String, _ count: Int) -> [UInt8] {
        Array(Array(repeating: Array(piece.utf8), count: count).joined().prefix(count))
    }

    @Test(
        "a glob, whatever its pattern",
        arguments: [
            ("*a*a*a*a*b", "a"), ("*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "a"), ("*ab*ab*abc", "ab"), ("?*?*?*?*x", "y"),
            ("a*", "a"), ("*" + String(repeating: "ab", count: 120) + "c", "ab"),
        ])
    func glob(pattern: String, piece: String) {
        let glob = Glob(Array(pattern.utf8))
        func steps(_ count: Int) -> Int {
            var steps = Steps()
            _ = glob.matches(text(piece, count).span, counting: &steps)
            return steps.number
        }
        for count in [1000, 4000, 16_000] {
            #expect(steps(count) <= count * (pattern.utf8.count + 2), "\(pattern) in \(count) bytes")
            #expect(
                steps(2 * count) <= 2 * steps(count) + pattern.utf8.count * pattern.utf8.count,
                "\(pattern) in \(count) bytes")
        }
    }

    private func steps(_ words: [String], in text: [UInt8]) -> Int {
        let automaton = WordAutomaton(words.enumerated().map { (Array($1.utf8), $0) })
        var notedAt = [UInt64](repeating: 0, count: automaton.nodeCount)
        var foundAt = [UInt64](repeating: 0, count: words.count)
        var found: [Int32] = []
        var steps = Steps()
        automaton.scan(
            text.span, event: 1, notedAt: &notedAt, foundAt: &foundAt, found: &found, counting: &steps)
        return steps.number
    }

    @Test("a list of words, however they overlap, of ten words or ten thousand")
    func words() {
        let lists: [[String]] = [
            (1...300).map { String(repeating: "a", count: $0) },
            [String(repeating: "a", count: 300) + "b"],
            (0..<200).map { String(repeating: "a", count: $0) + "b" },
            (0..<10_000).map { "word\($0)" },
        ]
        for words in lists {
            for piece in ["a", "aab", "word1", String(repeating: "a", count: 299) + "c"] {
                for count in [4000, 16_000] {
                    let text = text(piece, count)
                    // Each byte goes one node down, and as often up as others have gone down; each word is noted once.
                    #expect(steps(words, in: text) <= 4 * count + words.count, "\(words.count) words, \(piece)")
                }
            }
        }
    }
}
