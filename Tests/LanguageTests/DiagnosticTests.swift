import Testing

@testable import Language

@Suite("Diagnostic")
struct DiagnosticTests {
    /// The finding about the first occurrence of `part`.
    private func finding(in text: String, about part: String) -> Diagnostic? {
        let bytes = Array(text.utf8)
        let wanted = Array(part.utf8)
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: wanted) }) else { return nil }
        let file = SourceFile(name: "main.rules", bytes: bytes)
        var findings = Findings()
        findings.error("wrong", at: SourceRange(file: file, bytes: start..<start + wanted.count), hint: "right")
        return findings.diagnostics.first
    }

    @Test("the caret stands under the words and underlines them")
    func caret() {
        #expect(
            finding(in: "a {\n  wehn b\n}", about: "wehn")?.rendered == """
                main.rules:2:3: error: wrong
                 2 |   wehn b
                   |   ^~~~
                   = right
                """)
    }

    @Test("columns count characters, the caret counts terminal columns")
    func wideCharacters() {
        #expect(
            finding(in: #"in ["退款", "é", "👩‍👧"] typo"#, about: "typo")?.rendered == """
                main.rules:1:21: error: wrong
                 1 | in ["退款", "é", "👩‍👧"] typo
                   |                        ^~~~
                   = right
                """)
        #expect(finding(in: "退款", about: "款")?.rendered.contains("   |   ^~\n") == true)
    }

    @Test("tabs before the caret stay tabs")
    func tabs() {
        #expect(finding(in: "\t\twehn", about: "wehn")?.rendered.contains("   | \t\t^~~~\n") == true)
    }

    @Test("control and direction characters of the file do not reach the terminal")
    func controlCharacters() throws {
        let text = try #require(finding(in: "\u{1B}[2J\u{202E}wehn", about: "wehn")?.rendered)
        #expect(!text.contains("\u{1B}") && !text.unicodeScalars.contains("\u{202E}"))
        #expect(text.contains(" 1 | \u{FFFD}[2J\u{FFFD}wehn\n   |      ^~~~"))
    }

    @Test("nor do they in a message or a hint that quotes the file")
    func controlCharactersQuoted() throws {
        let range = SourceRange(file: SourceFile(name: "main.rules", text: "x"), bytes: 0..<1)
        var findings = Findings()
        findings.error("no `\u{1B}[2J`", at: range, hint: "not \u{202E}\r\n")
        findings.warning("nor\n\0", at: range)
        #expect(findings.diagnostics.map(\.message) == ["no `\u{FFFD}[2J`", "nor\u{FFFD}\u{FFFD}"])
        #expect(findings.diagnostics.first?.hint == "not \u{FFFD}\u{FFFD}")
    }

    @Test("of a long line, the part around the caret is shown")
    func longLine() throws {
        let line = String(repeating: "x", count: 500) + " wehn " + String(repeating: "y", count: 500)
        let rendered = try #require(finding(in: line, about: "wehn")?.rendered)
        let lines = rendered.split(separator: "\n")
        #expect(lines[0].hasPrefix("main.rules:1:502:"))
        #expect(lines.allSatisfy { $0.count < 140 })
        let caret = try #require(lines[2].firstIndex(of: "^"))
        let column = lines[2].distance(from: lines[2].startIndex, to: caret)
        #expect(lines[1].dropFirst(column).hasPrefix("wehn"))
    }

    @Test("more findings than anyone reads are counted, not kept")
    func limit() {
        let file = SourceFile(name: "t", text: "x")
        var findings = Findings()
        for _ in 0..<Findings.limit + 7 { findings.error("e", at: SourceRange(file: file, bytes: 0..<1)) }
        #expect(findings.diagnostics.count == Findings.limit)
        #expect(findings.rendered.hasSuffix("7 more findings are not shown"))
    }
}
