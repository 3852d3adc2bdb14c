// The house rules, so that nobody has to remember them (STYLE.md; habit 20 of its anchors).

import Loop
import TestSupport
import Testing

struct BannedWord: Sendable, CustomTestStringConvertible {
    let name: String
    let pattern: String
    let instead: String
    let allowedIn: [String]

    init(_ name: String, _ pattern: String, instead: String, allowedIn: [String] = []) {
        self.name = name
        self.pattern = pattern
        self.instead = instead
        self.allowedIn = allowedIn
    }

    var testDescription: String { name }
}

@Suite struct HouseRulesTests {
    private static let sources = Result { try Repository.swiftFiles(under: "Sources") }

    @Test("a target imports only targets above it in Package.swift")
    func layers() throws {
        let declared = try Repository.text("Package.swift").matches(of: /(?:module\(\s*|systemLibrary\(name: )"(\w+)"/)
            .map { String($0.output.1) }
        let order = Dictionary(uniqueKeysWithValues: (declared + ["weir"]).enumerated().map { ($1, $0) })
        #expect(order.count > 15, "Package.swift is not read as it is written any more")
        for file in try Self.sources.get() {
            let own = try #require(order[String(file.target)], "\(file) belongs to no target of Package.swift")
            for (number, line) in file.code where line.contains("import ") {
                guard let match = line.wholeMatch(of: /(?:package |public |@testable )?import (\w+)\s*/),
                    let imported = order[String(match.output.1)]
                else { continue }
                #expect(imported < own, "\(file):\(number) imports \(match.output.1), which is above \(file.target)")
            }
        }
    }

    @Test("`unsafe` stands only in files whose name says so")
    func unsafeFiles() throws {
        let endings = ["+OpenSSL.swift", "+Hiredis.swift", "+Linux.swift", "+Unsafe.swift"]
        for file in try Self.sources.get() where !endings.contains(where: { file.path.hasSuffix($0) }) {
            let places = file.places(of: "unsafe", as: /\bunsafe\b/)
            #expect(places.isEmpty, "move this to a file named \(endings)")
        }
    }

    static let banned = [
        BannedWord(
            "import Foundation", #"\bimport Foundation\b"#,
            instead: "Glibc in a …+Linux.swift, or a few lines: Foundation brings ICU"),
        BannedWord(
            "import FoundationNetworking", #"\bimport FoundationNetworking\b"#,
            instead: "HTTPClient: the other brings libcurl"),
        BannedWord(
            "Date()", #"\bDate\(\)"#, instead: "the loop's clock: EventLoop.wallMilliseconds (invariant 7)"),
        BannedWord(
            "Task.sleep", #"\bTask\.sleep\b"#, instead: "EventLoop.sleep, which virtual time can pass (invariant 7)"),
        BannedWord("DispatchQueue", #"\bDispatchQueue\b"#, instead: "EventLoop.submit"),
        BannedWord(
            "print", #"(?:^|[^\w.])print\("#, instead: "a Logger, or StandardOutput in a command", allowedIn: ["weir"]),
        BannedWord("try!", #"\btry!"#, instead: "an error that somebody handles"),
        BannedWord("as!", #"\bas! "#, instead: "a type that needs no cast"),
        BannedWord(
            "fatalError", #"\bfatalError\b"#, instead: "a typed error, or a precondition on a promise of our own"),
        BannedWord("public", #"^\s*public "#, instead: "package: nothing outside this package uses it"),
    ]

    @Test("a banned word is not used", arguments: banned)
    func bannedWords(_ word: BannedWord) throws {
        let pattern = try Regex(word.pattern)
        for file in try Self.sources.get() where !word.allowedIn.contains(String(file.target)) {
            let places = file.places(of: word.name, as: pattern)
            #expect(places.isEmpty, "use instead: \(word.instead)")
        }
    }

    @Test("the tree has no unfinished business")
    func unfinished() throws {
        for file in try Self.sources.get() {
            let marked = file.lines.filter { line in ["TODO", "FIXME", "XXX", "HACK"].contains { line.contains($0) } }
            #expect(marked.isEmpty, "\(file)")
        }
    }

    @Test("a source file has at most 500 lines and opens with what it is")
    func sizeAndHeader() throws {
        for file in try Self.sources.get() {
            #expect(file.lines.count <= 500, "\(file): split it; 50 to 300 lines are usual")
            #expect(file.lines.first?.hasPrefix("//") == true, "\(file): say what it is and where it sits")
        }
    }

    @Test("every golden file is read by a test beside it")
    func goldenFiles() throws {
        let tests = try Repository.swiftFiles(under: "Tests")
        for path in try Repository.files(under: "Tests") where path.contains("/Golden/") {
            let name = String(path.split(separator: "/").last ?? "")
            // Cases are read by their folder; a case of several files is a folder that its test names.
            let folder = String(path.dropLast(name.count + 1))
            let folderName = folder.split(separator: "/").last.map(String.init) ?? ""
            let target = path.split(separator: "/")[1]
            let isRead = tests.contains { file in
                file.target == target
                    && file.lines.contains {
                        name.hasSuffix(".case") && $0.contains("\"\(folder)\"") || $0.contains("/\(name)\"")
                            || folderName != "Golden" && $0.contains("/\(folderName)\"")
                    }
            }
            #expect(isRead, "\(path): no test of \(target) names it or its folder")
        }
    }

    @Test("the fault points are the rows of the table of crash points, and each has a test")
    func faultPoints() throws {
        let text = try Repository.text("ARCHITECTURE.md")
        let start = try #require(text.firstRange(of: "**Weir dies**")).upperBound
        let end = try #require(text[start...].firstRange(of: "**Redis dies")).lowerBound
        let rows = text[start..<end].matches(of: /\n\| `([a-z.-]+)` \|/).map { String($0.output.1) }
        #expect(rows == FaultPoint.allCases.map(\.rawValue), "one row and one case each, in the same order")
        let tests = try Repository.text("Tests/EndToEnd/test_crash_points.py")
        let sources = try Self.sources.get().filter { $0.name != "FaultPoint.swift" }
        for point in FaultPoint.allCases {
            #expect(tests.contains("\"\(point.rawValue)\""), "no test dies at \(point.rawValue)")
            let isPassed = sources.contains { $0.lines.contains { $0.contains(".\(point)") } }
            #expect(isPassed, "nothing passes \(point.rawValue)")
        }
    }

    @Test("Package.swift names no package")
    func noDependencies() throws {
        let text = try Repository.text("Package.swift")
        #expect(!text.contains(/\.package\(/), "Weir depends on the toolchain, OpenSSL and hiredis only")
    }

    @Test("git tracks no private key and no certificate")
    func noKeys() throws {
        let tracked = try Command.run("git", ["-C", Repository.root, "ls-files"]).split(separator: "\n").map(
            String.init)
        #expect(tracked.contains("Package.swift"))
        for path in tracked {
            #expect(!path.contains(/\.(?:pem|key|crt|p12|pfx)$/), "\(path) is made, not kept: Certs/make")
            guard let text = try? Repository.text(path) else { continue }
            #expect(!text.contains(/-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)-----\n[A-Za-z0-9+\/]{16}/), "\(path)")
        }
    }
}
