// From files to a rule set: read, parse, check, compile. Nothing is in force until the caller puts it there.

package import Language

/// What came of checking rule files: the rules unless there are errors, and all that is to be said about them.
package struct CheckedFiles: Sendable {
    /// Nil if the findings have an error.
    package let rules: RuleSet?
    package let findings: Findings
}

package enum RulesFault: Error, Equatable, CustomStringConvertible {
    case unreadable(SourceFault)
    /// An empty folder is more likely a wrong path than a wish to route nothing.
    case noRuleFiles(folder: String)

    package var description: String {
        switch self {
        case .unreadable(let fault): fault.description
        case .noRuleFiles(let folder): "there is no *.rules file in \(folder)"
        }
    }
}

extension RuleSet {
    /// Reads and checks a file, or the `*.rules` of a folder in the order of their names. Tests (`*.test.rules`) are left out.
    package static func load(path: String) throws(RulesFault) -> CheckedFiles {
        check(try sources(path: path, mayWait: true))
    }

    /// The files that `load` reads, if wanted with the tests of a folder.
    /// - Parameter mayWait: whether the path may be a pipe, as a shell's `<(…)` is. In a folder only files are read.
    package static func sources(
        path: String, withTests: Bool = false, mayWait: Bool = false
    ) throws(RulesFault) -> [SourceFile] {
        do {
            guard SourceFile.isFolder(path) else { return [try SourceFile.read(path: path, mayWait: mayWait)] }
            let folder = path.hasSuffix("/") ? path : path + "/"
            let names = try SourceFile.names(inFolder: path)
                .filter { $0.hasSuffix(".rules") && (withTests || !$0.hasSuffix(".test.rules")) }
            guard !names.isEmpty else { throw RulesFault.noRuleFiles(folder: path) }
            var files: [SourceFile] = []
            for name in names { files.append(try SourceFile.read(path: folder + name, mayWait: false)) }
            return files
        } catch let fault as SourceFault {
            throw .unreadable(fault)
        } catch let fault as RulesFault {
            throw fault
        } catch {
            throw .noRuleFiles(folder: path)
        }
    }

    /// Checks files as one rule set, in the order given.
    package static func check(_ files: [SourceFile]) -> CheckedFiles {
        var declarations = Declarations()
        var findings = Findings()
        for file in files { Parser.parse(file, into: &declarations, findings: &findings) }
        let checked = Checker.check(declarations, findings: &findings)
        let rules = findings.hasErrors ? nil : RuleSet(checked, files: files)
        return CheckedFiles(rules: rules, findings: findings)
    }

    /// FNV-1a over the files, each ended by a byte that UTF-8 does not have.
    package static func version(of files: [SourceFile]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for file in files {
            for byte in file.bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
