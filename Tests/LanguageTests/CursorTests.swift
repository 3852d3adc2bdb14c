import Testing

@testable import Language

/// A small language of blocks, enough to see how the cursor reports and goes on.
private struct Sample {
    var boxes: [String] = []
    var sizes: [Int] = []
    var findings = Findings()

    init(_ text: String) {
        var cursor = Cursor(SourceFile(name: "t", text: text))
        var boxes: [String] = []
        var sizes: [Int] = []
        cursor.statements(["box", "lid"], in: "a sample") { cursor, word throws(Reported) in
            let name = try cursor.name("the name of a box")
            try cursor.block(of: "box \"\(name.value)\"", once: ["size"], many: ["tag", "inner"]) {
                cursor, clause throws(Reported) in
                switch clause.value {
                case "size": sizes.append(try cursor.integer("a size", in: 1...9).value)
                case "inner":
                    try cursor.block(of: "inner", once: [], many: ["tag"]) { cursor, _ throws(Reported) in
                        _ = try cursor.string("a tag")
                    }
                default: _ = try cursor.string("a tag")
                }
            }
            boxes.append(name.value)
        }
        self.boxes = boxes
        self.sizes = sizes
        findings = cursor.findings
    }

    var summaries: [String] { findings.diagnostics.map(\.summary) }
}

@Suite("Cursor")
struct CursorTests {
    @Test("blocks are read clause by clause, on one line or many")
    func sound() {
        let sample = Sample("box \"a\" { size 1 tag \"x\" tag \"y\" }\nbox \"b\" {\n  inner { tag \"z\" }\n  size 2\n}")
        #expect(sample.summaries == [])
        #expect(sample.boxes == ["a", "b"] && sample.sizes == [1, 2])
    }

    @Test("one run reports every mistake and keeps what is sound between them")
    func recovery() {
        let sample = Sample(
            """
            box "a" {
              sise 3
              tag x
              size 4
              size 5
            }
            bxo "b" { size 6 }
            box "c" { size 77 }
            """)
        #expect(
            sample.summaries == [
                "t:2:3: error: unknown word `sise` in box \"a\"; did you mean `size`?",
                "t:3:7: error: expected a tag, found `x`",
                "t:5:3: error: `size` stands twice in box \"a\"",
                "t:7:1: error: unknown word `bxo` in a sample; did you mean `box`?",
                "t:8:16: error: a size lies between 1 and 9",
            ])
        #expect(sample.boxes == ["a", "c"] && sample.sizes == [4])
    }

    @Test("what is missing at the end of a line is reported there, not at the next word")
    func missingAtEndOfLine() {
        #expect(
            Sample("box \"a\" {\n  tag\n  size 1\n}").summaries == ["t:2:6: error: expected a tag after `tag`"])
    }

    @Test("a forgotten brace is found where the next statement begins, and reported once")
    func forgottenBrace() {
        let sample = Sample("box \"a\" {\n  inner {\n    tag \"x\"\nbox \"b\" { size 1 }\n")
        #expect(sample.summaries == ["t:2:9: error: the `{` of inner has no `}`"])
        #expect(sample.boxes == ["a", "b"])
        #expect(Sample("box \"a\" {").summaries == ["t:1:9: error: the `{` of box \"a\" has no `}`"])
        #expect(Sample("}").summaries == ["t:1:1: error: this `}` closes nothing"])
    }

    @Test("what the lexer has reported, the parser does not report again")
    func reportedOnce() {
        #expect(Sample("box \"a\" { size 5min }").summaries.count == 1)
        #expect(Sample("box \"a\" { tag 'x' }").summaries.count == 2)  // each of the quotes, not the `x`
    }

    @Test("lists take a comma after the last element and name what is missing")
    func lists() {
        func read(_ text: String) -> (values: [String]?, summaries: [String]) {
            var cursor = Cursor(SourceFile(name: "t", text: text))
            let list = try? cursor.list(of: "names") { cursor throws(Reported) in try cursor.string("a name").value }
            return (list?.value, cursor.findings.diagnostics.map(\.summary))
        }
        #expect(read("[\"a\", \"b\",]").values == ["a", "b"])
        #expect(read("[]").values == [])
        #expect(read("[\"a\" \"b\"]").summaries == ["t:1:6: error: expected `,` or `]`, found `\"b\"`"])
        #expect(read("[\"a\"").summaries == ["t:1:5: error: expected `,` or `]` after `\"a\"`"])
        #expect(read("\"a\"").summaries == ["t:1:1: error: expected a list of names in `[ ]`, found `\"a\"`"])
    }

    @Test("a choice out of a closed list is answered with a question")
    func choice() {
        var cursor = Cursor(SourceFile(name: "t", text: "warnign"))
        #expect(throws: Reported.self) { try cursor.choice("a level", among: ["info", "warning"]) }
        #expect(cursor.findings.diagnostics.map(\.message) == ["`warnign` is not a level; did you mean `warning`?"])
    }
}
