// Where the files that tests read lie: in this checkout, and the vectors beside it.

import FoundationEssentials

package enum Repository {
    /// Tests/TestBasics/Repository.swift → the repository's root.
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// `Rules/main.rules` → the absolute path.
    package static func path(_ relative: String) -> String { root.appending(path: relative).path }

    /// A file of `../shared/vectors`: samples of vendors and of standards, which are no part of the repository.
    package static func vectors(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: root.deletingLastPathComponent().appending(path: "shared/vectors/\(name)")))
    }
}
