// One golden case is one file, `Golden/NAME.case`: what is given and what comes out of it, with lines `---` in between.

import FoundationEssentials

package struct GoldenCase: Sendable, CustomStringConvertible {
    /// The file's name without `.case`: what the case is about.
    package let name: String
    /// The parts before the last one, each with its last line end.
    package let given: [String]
    package let expected: String
    private let file: GoldenFile

    package var description: String { name }

    /// The cases of `folder` (`Tests/RulesTests/Golden`) by name, each of so many parts.
    package static func all(in folder: String, parts: Int) throws -> [GoldenCase] {
        let folder = Repository.path(folder)
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".case") }.sorted()
            .map {
                try GoldenCase(GoldenFile("\(folder)/\($0)"), name: String($0.dropLast(".case".count)), parts: parts)
            }
    }

    /// What is wrong with cases that all have something to say.
    package static func flaws(of cases: [GoldenCase], atLeast count: Int) -> [String] {
        (cases.count < count ? ["only \(cases.count) cases"] : [])
            + cases.filter(\.expected.isEmpty).map { "\($0) expects nothing" }
    }

    private init(_ file: GoldenFile, name: String, parts: Int) throws {
        let lines = try file.text.split(separator: "\n", omittingEmptySubsequences: false)
        let texts = lines.split(separator: "---", omittingEmptySubsequences: false).map {
            $0.map { $0 + "\n" }.joined()
        }
        guard texts.count == parts else { throw WrongCount(name: name, found: texts.count, wanted: parts) }
        self.name = name
        self.file = file
        given = Array(texts.dropLast())
        // Nothing follows the last part's last line end, which made one line more.
        expected = String(texts[parts - 1].dropLast())
    }

    /// The last part; when rewriting, `outcome`, which the file then says.
    package func expected(for outcome: String) throws -> String {
        guard GoldenFile.isRewriting else { return expected }
        _ = try file.expected(for: given.map { $0 + "---\n" }.joined() + outcome)
        return outcome
    }

    package struct WrongCount: Error {
        package let name: String
        package let found: Int
        package let wanted: Int
    }
}
