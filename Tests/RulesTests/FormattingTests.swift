// Every file of `Golden/Formatting/` is a case named after what it shows: rules, a line `---`, and the same rules formatted.
//
// `WEIR_GOLDEN=rewrite swift test --filter RulesTests` writes what comes out into the files, to be reviewed as a diff.

import Language
import TestBasics
import Testing

@testable import Rules

@Suite("Formatting")
struct FormattingTests {
    static func cases() throws -> [GoldenCase] {
        try GoldenCase.all(in: "Tests/RulesTests/Golden/Formatting", parts: 2)
    }

    @Test("each case is formatted as its file says", arguments: try FormattingTests.cases())
    func golden(_ golden: GoldenCase) throws {
        let formatted = try #require(RuleSet.format(golden.given[0]), "a case can be read")
        #expect(try formatted == golden.expected(for: formatted))
        try requireSound(Array(golden.given[0].utf8))
    }

    @Test("line ends of Windows, tabs and a byte order mark go, one line end at the end comes")
    func lineEnds() throws {
        let text = "\u{FEFF}route \"a\" {\r\n\tto\twebhooks # x\t\r\n\r\n\r\n\t# note\r\n}"
        let formatted = "route \"a\" {\n    to    webhooks  # x\n\n    # note\n}\n"
        #expect(RuleSet.format(text) == formatted)
        #expect(RuleSet.format("") == "" && RuleSet.format(" \r\n\n") == "" && RuleSet.format("\n\n#") == "#\n")
    }

    @Test("a file with more warnings than are shown still has its error")
    func errorBehindManyWarnings() {
        let text = (0..<600).map { "quota tenant \"t\($0)\" { }\n" }.joined() + "bogus\n"
        #expect(RuleSet.check(text).rules == nil && RuleSet.format(text) == nil)
    }

    @Test("Rules/ is in the style")
    func ownFiles() throws {
        for file in try RuleSet.sources(path: Repository.path("Rules"), withTests: true) {
            #expect(RuleSet.format(file).bytes == file.bytes, "\(file.name): weir rules fmt")
        }
    }

    @Test("all golden rules that can be read mean the same when formatted")
    func goldens() throws {
        var count = 0
        for golden in try GoldenTests.cases() where try requireSound(Array(golden.given[0].utf8)) { count += 1 }
        #expect(count > 30)
    }

    @Test("a file whose indentation would make it too large to be read again is left alone")
    func limits() {
        let comment = "#" + String(repeating: "x", count: (64 << 10) - 3)
        let long = RuleSet.format(SourceFile(name: "r", text: "route \"a\" {\n\(comment)\nto drop\n}"))
        #expect(
            long.bytes == nil && long.findings.rendered.contains("formatted, the line that begins here would be longer")
        )
        let comments = String(repeating: "#\n", count: 450_000)
        let large = RuleSet.format(
            SourceFile(name: "r", text: "route \"a\" { when tenant in [\n\(comments)\"a\"]\nto drop\n}"))
        #expect(large.bytes == nil && large.findings.rendered.contains("formatted, this file would be larger"))
    }

    @Test("random rules, however written, mean the same when formatted", arguments: 0..<4 as Range<UInt64>)
    func random(offset: UInt64) throws {
        let seed = Seed.ofThisRun &+ offset
        var random = RandomText(random: SplitMix64(seed: seed))
        for round in 0..<100 {
            let text = random.file()
            #expect(throws: Never.self, "\(Seed.note): seed \(seed), round \(round):\n\(text)") {
                let isSound = try requireSound(Array(text.utf8))
                try #require(isSound, "\(RuleSet.format(SourceFile(name: "r", text: text)).findings.rendered)")
            }
        }
    }
}
