// The reference of the language, in both tongues: its rules are right, its tests pass, and it knows every word.

import FoundationEssentials
import Gateway
import Language
import TestBasics
import Testing
import Trials

@testable import Rules

@Suite("Rules/README")
struct ReferenceTests {
    static let pages = ["Rules/README.md", "Rules/README.zh-CN.md"]

    @Test("its rules are checked without a finding, and its tests pass", arguments: pages)
    func examples(page: String) throws {
        let text = try Self.text(page)
        let rules = SourceFile(name: "main.rules", text: Self.blocks("rules", of: text))
        let checked = RuleSet.check([rules])
        #expect(checked.findings.rendered == "")
        let tests = SourceFile(name: "main.test.rules", text: Self.blocks("tests", of: text))
        let suite = TrialSuite([tests], of: try #require(checked.rules), zone: ZoneName.zone)
        #expect(suite.findings.rendered == "")
        let report = try #require(suite.report)
        #expect(!report.outcomes.isEmpty)
        #expect(report.failures.map(\.rendered) == [])
    }

    @Test("it has every word of the language", arguments: pages)
    func words(page: String) throws {
        let text = try Self.text(page)
        let words = Set(text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || ".-_%<=>!".contains($0))) })
        let known =
            Vocabulary.statements + Vocabulary.testStatements + Vocabulary.clauses + Vocabulary.targets
            + Vocabulary.expectations + Vocabulary.operators + Vocabulary.particles + Vocabulary.values
            + Vocabulary.units + AlertMetric.names
        #expect(known.filter { !words.contains(Substring($0)) } == [])
    }

    private static func text(_ page: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: Repository.path(page))), as: UTF8.self)
    }

    /// The fenced blocks of a kind, one behind another.
    private static func blocks(_ kind: String, of text: String) -> String {
        var isInside = false
        var lines: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isInside = line == "```" + kind
            } else if isInside {
                lines.append(line)
            }
        }
        return lines.joined(separator: "\n")
    }
}
