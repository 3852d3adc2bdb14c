import TestBasics
import Testing

@testable import Rules

@Suite("WordAutomaton")
struct WordAutomatonTests {
    @Test("finds what searching for each word finds", arguments: 1...8 as ClosedRange<UInt64>)
    func naiveTwin(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        func text(_ range: ClosedRange<Int>) -> [UInt8] {
            (0..<Int.random(in: range, using: &random)).map { _ in random.pick(Array("abc".utf8)) }
        }
        for round in 0..<100 {
            let words = (0..<Int.random(in: 1...12, using: &random)).map { _ in text(1...4) }
            let automaton = WordAutomaton(words.enumerated().map { ($1, $0 / 2) })
            var notedAt = [UInt64](repeating: 0, count: automaton.nodeCount)
            var foundAt = [UInt64](repeating: 0, count: words.count)
            for event in 1...4 as ClosedRange<UInt64> {
                let text = text(0...12)
                var found: [Int32] = []
                var steps = UncountedSteps()
                automaton.scan(
                    text.span, event: event, notedAt: &notedAt, foundAt: &foundAt, found: &found, counting: &steps)
                for group in 0..<(words.count + 1) / 2 {
                    let members = words.indices.filter { $0 / 2 == group }.map { words[$0] }
                    let isThere = members.contains { word in
                        text.indices.contains { text[$0...].starts(with: word) }
                    }
                    #expect(found.count { $0 == Int32(group) } == (isThere ? 1 : 0), "seed \(seed), round \(round)")
                    #expect((foundAt[group] == event) == isThere, "seed \(seed), round \(round), \(words) in \(text)")
                }
            }
        }
    }
}
