import Testing

@testable import Language

@Suite("SourceFile")
struct SourceFileTests {
    @Test("every offset has a line and a column, the end of the file too")
    func positions() {
        let file = SourceFile(name: "t", text: "ab\n中文x\n")
        let expected: [(Int, Position)] = [
            (0, Position(line: 1, column: 1)), (2, Position(line: 1, column: 3)), (3, Position(line: 2, column: 1)),
            (6, Position(line: 2, column: 2)), (9, Position(line: 2, column: 3)), (11, Position(line: 3, column: 1)),
            (99, Position(line: 3, column: 1)),
        ]
        for (offset, position) in expected { #expect(file.position(of: offset) == position, "offset \(offset)") }
    }

    @Test("a path that cannot be read says which and why")
    func unreadable() {
        #expect(throws: SourceFault.self) { try SourceFile.read(path: "/nowhere/at/all") }
        do {
            _ = try SourceFile.read(path: "/nowhere/at/all")
        } catch {
            #expect("\(error)" == "cannot read /nowhere/at/all: No such file or directory")
        }
    }

    @Test("files and folders are read from disk")
    func disk() throws {
        let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined()
        #expect(SourceFile.isFolder(folder) && !SourceFile.isFolder(#filePath))
        let names = try SourceFile.names(inFolder: folder)
        #expect(names.contains("SourceFileTests.swift") && names == names.sorted())
        let file = try SourceFile.read(path: #filePath)
        #expect(file.name == #filePath && file.text(0..<14) == "import Testing")
    }
}
