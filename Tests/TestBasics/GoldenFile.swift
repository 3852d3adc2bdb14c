// A file that holds what comes out of a test, reviewed like code. `WEIR_GOLDEN=rewrite swift test` writes what comes out
// into the files; the difference is then reviewed.

import FoundationEssentials

package struct GoldenFile: Sendable {
    package static let isRewriting = ProcessInfo.processInfo.environment["WEIR_GOLDEN"] == "rewrite"

    package let path: String

    package init(_ path: String) { self.path = path }

    package var text: String {
        get throws { String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self) }
    }

    /// What the file says; when rewriting, the file is made to say `outcome` first.
    package func expected(for outcome: String) throws -> String {
        if Self.isRewriting { try Data(outcome.utf8).write(to: URL(filePath: path)) }
        return try text
    }
}
