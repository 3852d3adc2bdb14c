import TestBasics
import Testing

@testable import Language

@Suite("Lexer under mutation")
struct MutationTests {
    @Test("no bytes trap the lexer, and its tokens cover what is not white space", arguments: [1, 2, 3, 4] as [UInt64])
    func lexerSurvives(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let alphabet = Array("ab.*-_ \n\t\r\"\\u{}[](),=<>!#:%019msKBenv:file:中，“".utf8) + [0x00, 0x1B, 0xFF, 0xC3]
        for round in 0..<500 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            let (tokens, findings) = Lexer.lex(SourceFile(name: "t", bytes: bytes))
            #expect(tokens.last?.kind == .end, "seed \(seed) round \(round)")
            var end = 0
            for token in tokens {
                #expect(token.range.bytes.lowerBound >= end, "seed \(seed) round \(round)")
                end = token.range.bytes.upperBound
            }
            let isSound = !tokens.contains { $0.kind == .invalid }
            #expect(isSound || findings.hasErrors, "seed \(seed) round \(round): an invalid token without a finding")
            _ = findings.rendered
        }
    }
}
