// The files of this checkout, as the house rules see them.

import FoundationEssentials

struct SourceText: Sendable, CustomStringConvertible {
    /// From the repository's root.
    let path: String
    let lines: [Substring]

    var name: Substring { path.split(separator: "/").last ?? "" }
    /// `Loop` for `Sources/Loop/Watch.swift`.
    var target: Substring { path.split(separator: "/").dropFirst().first ?? "" }
    var description: String { path }

    /// The lines without comments, numbered from one. A string that holds `//` loses its end, which no rule looks at.
    var code: [(number: Int, text: Substring)] {
        lines.enumerated().map { index, line in
            (index + 1, line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line)
        }
    }

    /// Places where `word` occurs in code in the sense of `pattern`, as `path:line: line`. (The word alone is found much faster.)
    func places(of word: String, as pattern: some RegexComponent) -> [String] {
        code.filter { $0.text.contains(word) && $0.text.contains(pattern) }
            .map { "\(path):\($0.number): \($0.text.trimmingPrefix { $0 == " " })" }
    }
}

enum Repository {
    static let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()

    static func text(_ path: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: "\(root)/\(path)")), as: UTF8.self)
    }

    /// The Swift files under a folder, in order.
    static func swiftFiles(under folder: String) throws -> [SourceText] {
        try files(under: folder).filter { $0.hasSuffix(".swift") }
            .map { SourceText(path: $0, lines: try text($0).split(separator: "\n", omittingEmptySubsequences: false)) }
    }

    /// The paths of the files under a folder, in order.
    static func files(under folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)").map { "\(folder)/\($0)" }.sorted()
            .filter { path in
                var isFolder = false
                return FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder) && !isFolder
            }
    }
}
