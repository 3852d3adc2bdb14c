import Foundation
import Language
import Testing

@testable import weir

@Suite struct FileReplacementTests {
    @Test("a file that somebody else changed meanwhile is left as it is, and no draft is left behind")
    func changed() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/weir-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/main.rules"
        try Data("old".utf8).write(to: URL(fileURLWithPath: path))
        let read = try SourceFile.read(path: path)
        try Data("newer".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: CommandError.self) { try FileReplacement.write(Array("formatted".utf8), insteadOf: read) }
        #expect(try SourceFile.read(path: path).bytes == Array("newer".utf8))
        try FileReplacement.write(Array("formatted".utf8), insteadOf: try SourceFile.read(path: path))
        #expect(try SourceFile.read(path: path).bytes == Array("formatted".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["main.rules"])
    }
}
