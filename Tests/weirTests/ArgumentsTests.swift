import Testing

@testable import weir

@Suite struct ArgumentsTests {
    private static let port = Option("port", "PORT", "a port")
    private static let key = Option("key", "AESKEY", "a key", isRequired: true)
    private static let strict = Option.flag("strict", "strictly")
    private static let manual = Manual(
        "try", "tries", operands: .any("FILE"), options: [port, key, strict])

    private func read(_ words: String...) throws(CommandError) -> Arguments {
        try Arguments(["--key", "k"] + words, readBy: Self.manual)
    }

    private func refusal(_ words: [String], by manual: Manual = manual) -> String? {
        do throws(CommandError) {
            _ = try Arguments(words, readBy: manual)
            return nil
        } catch {
            guard case .usage(let text) = error else { return nil }
            return text
        }
    }

    @Test("a value follows its option as the next word or behind =")
    func values() throws {
        #expect(try read("--port", "1")[Self.port] == "1")
        #expect(try read("--port=1")[Self.port] == "1")
        #expect(try read("--port=a=b")[Self.port] == "a=b")
        #expect(try read()[Self.port] == nil)
    }

    @Test("a value may be empty, a lone dash, or begin with one dash")
    func unusualValues() throws {
        #expect(try read("--port", "")[Self.port] == "")
        #expect(try read("--port=")[Self.port] == "")
        #expect(try read("--port", "-")[Self.port] == "-")
        #expect(try read("--port", "-x")[Self.port] == "-x")
        #expect(try read("--port=--x")[Self.port] == "--x")
    }

    @Test("a forgotten value is noticed, whatever follows")
    func forgottenValue() {
        #expect(refusal(["--key", "k", "--port"])?.contains("`--port PORT` needs its value") == true)
        #expect(refusal(["--port", "--key", "k"])?.contains("`--port PORT` needs its value") == true)
    }

    @Test("operands may stand between options; behind -- everything is one")
    func operands() throws {
        #expect(try read("a", "--port", "1", "-", "--", "--strict", "--").operands == ["a", "-", "--strict", "--"])
        #expect(try !read("--", "--strict").has(Self.strict))
        #expect(try read("--strict").has(Self.strict))
    }

    @Test(
        "an unknown option is refused, with a guess if one is near",
        arguments: [("--prot=1", "`--port`"), ("--srict", "`--strict`"), ("-help", "`--help`"), ("--hepl", "`--help`")])
    func unknownOption(word: String, guess: String) {
        #expect(refusal(["--key", "k", word])?.contains("did you mean \(guess)") == true)
        #expect(refusal(["--key", "k", "--zzzzzz"])?.contains("did you mean") == false)
    }

    @Test("nothing is given twice, and a flag takes no value")
    func contradictions() {
        #expect(refusal(["--key", "k", "--key=k"]) == "`--key` is given twice")
        #expect(refusal(["--key", "k", "--strict", "--strict"]) == "`--strict` is given twice")
        #expect(refusal(["--key", "k", "--strict=no"]) == "`--strict` takes no value")
    }

    @Test("what is required is asked for, unless it is help that was asked for")
    func required() throws {
        #expect(refusal([]) == "give `--key AESKEY`: a key")
        #expect(try Arguments(["--help"], readBy: Self.manual).askForHelp)
        #expect(try Arguments(["--strict", "-h", "--unknown"], readBy: Self.manual).askForHelp)
    }

    @Test("the number of operands is what the manual says")
    func operandCount() {
        let one = Manual("one", "", operands: .one("FILE"))
        #expect(refusal([], by: one) == "give FILE")
        #expect(refusal(["a", "b"], by: one)?.hasPrefix("`b` is one word too many") == true)
        #expect(refusal(["a"], by: Manual("none", ""))?.hasPrefix("`a` is one word too many") == true)
        #expect(refusal(["a"], by: one) == nil)
    }

    @Test("a number outside of its range is refused with the range", arguments: ["-1", "65536", "1x", "", "0x10"])
    func numbers(text: String) throws {
        let arguments = try read("--port=\(text)")
        #expect(throws: CommandError.usage("`--port` is a number from 0 to 65535, not `\(text)`")) {
            try arguments.integer(Self.port, in: 0...UInt16.max)
        }
        #expect(try read("--port=65535").integer(Self.port, in: 0...UInt16.max) == 65535)
    }

    @Test("a choice is one of its words")
    func choices() throws {
        enum Format: String, CaseIterable { case xml, json }
        #expect(try read("--port=json").choice(Self.port, Format.self) == .json)
        #expect(throws: CommandError.usage("`--port` is one of xml, json, not `jsn`; did you mean `json`?")) {
            try read("--port=jsn").choice(Self.port, Format.self)
        }
    }
}
