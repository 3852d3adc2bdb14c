// The files that rules are made of, and the tests beside them: `*.rules` and `*.test.rules` of a folder, or NAME.rules and
// NAME.test.rules.

package import Language

package struct RuleFiles: Sendable {
    package let rules: [SourceFile]
    package let tests: [SourceFile]
    /// Why the tests, or some of them, could not be read.
    package let testFault: SourceFault?

    private static let suffix = ".rules"
    package static let testSuffix = ".test.rules"

    /// Reads a file or a folder.
    /// - Parameter mayWait: as of ``RuleSet/sources(path:withTests:mayWait:)``.
    package static func read(path: String, mayWait: Bool = false) throws(RulesFault) -> RuleFiles {
        let rules = try RuleSet.sources(path: path, mayWait: mayWait)
        do throws(SourceFault) {
            return RuleFiles(rules: rules, tests: try tests(path: path), testFault: nil)
        } catch {
            return RuleFiles(rules: rules, tests: [], testFault: error)
        }
    }

    private static func tests(path: String) throws(SourceFault) -> [SourceFile] {
        let isFolder = SourceFile.isFolder(path)
        let folder = isFolder ? (path.hasSuffix("/") ? path : path + "/") : self.folder(of: path)
        var names = try SourceFile.names(inFolder: folder.isEmpty ? "." : folder).filter { $0.hasSuffix(testSuffix) }
        if !isFolder {
            let name = path.dropFirst(folder.count)
            guard name.hasSuffix(suffix) else { return [] }
            let beside = name.dropLast(suffix.count) + testSuffix
            names = names.filter { $0 == beside }
        }
        var files: [SourceFile] = []
        for name in names { files.append(try SourceFile.read(path: folder + name, mayWait: false)) }
        return files
    }

    /// `Rules/` of `Rules/main.rules`; nothing of `main.rules`.
    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    /// Another one whenever the text of any file, rules or tests, is another.
    package var fingerprint: String {
        let tests = testFault.map { "\($0)" } ?? RuleSet.version(of: self.tests)
        return "\(RuleSet.version(of: rules)) \(tests)"
    }
}
