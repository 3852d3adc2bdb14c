// Where the files that tests read lie in this checkout.

import FoundationEssentials

package enum Repository {
    /// Tests/TestBasics/Repository.swift → the repository's root.
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// `Rules/main.rules` → the absolute path.
    package static func path(_ relative: String) -> String { root.appending(path: relative).path }

    /// A file of `Tests/Vectors`: samples of vendors and of standards.
    package static func vectors(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: root.appending(path: "Tests/Vectors/\(name)")))
    }
}
