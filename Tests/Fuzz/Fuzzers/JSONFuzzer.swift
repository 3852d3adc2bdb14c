// JSON: the scanner against a naive twin, the tree against itself written and read again.

import Codec

extension Fuzzer {
    static let json = Fuzzer(
        name: "json", about: "JSONScanner, JSONValue: a naive twin agrees, rewriting changes nothing", sizeMax: 1024,
        words: [
            "true", "false", "null", "\\ud83d", "\\ude00", "\\u0000", "\\\"", "1e5", "-0.1E+9", "[[[[", "{\"a\":",
            "9223372036854775807", "-9223372036854775808", "\u{FEFF}", "\u{1F600}",
        ],
        seeds: {
            [
                #"{"a":1,"b":[true,false,null],"c":{"d":"e"}}"#, #"["\u00e9\ud83d\ude00\n\"\\\/", "汉字"]"#, "-0.5e+10",
                #"{"guid":"g","notify_type":11010,"data":[{"id":9007199254740993}]}"#, "\"\"", " [ ] ", "0",
                #"{"a":{"a":{"a":[[[[[]]]]]}}}"#, #"{"a":1,"a":2}"#, #"{"é":1,"\u0065\u0301":2}"#,
            ].map { Array($0.utf8) }
        },
        check: { input in try JSONCheck(input: input).run() })
}

private struct JSONCheck {
    let input: [UInt8]

    enum Outcome: Equatable {
        case accepted(end: Int)
        case refused(CodecError)
    }

    /// Reads all tokens. `end` is where the document's value ends.
    private func scan(_ bytes: Span<UInt8>, depthLimit: Int = JSONScanner.depthLimitDefault) throws -> Outcome {
        var scanner = JSONScanner(bytes, depthLimit: depthLimit)
        var end = 0
        do throws(CodecError) {
            while true {
                let token = try scanner.next()
                guard scanner.depth <= depthLimit else {
                    return .refused(CodecError(.tooDeep, at: -1))
                }
                switch token {
                case .end: return .accepted(end: end)
                case .key(let text), .string(let text):
                    let decoded = scanner.string(text)
                    var raw: [UInt8] = []
                    scanner.append(text, to: &raw)
                    guard Array(decoded.utf8) == raw, scanner.matches(text, decoded) else {
                        return .refused(CodecError(.invalidUTF8, at: -1))
                    }
                default: break
                }
                end = scanner.offset
            }
        } catch {
            return .refused(error)
        }
    }

    /// The same document, its value passed over unread.
    private func skip() -> Outcome {
        var scanner = JSONScanner(input.span)
        do throws(CodecError) {
            try scanner.skipValue()
            let end = scanner.offset
            _ = try scanner.next()
            return .accepted(end: end)
        } catch {
            return .refused(error)
        }
    }

    func run() throws {
        let whole = try scan(input.span)
        if case .refused(let error) = whole {
            try require((0...input.count).contains(error.offset), "an error points into the document: \(error)")
        }
        try require(skip(), equals: whole, "a document passed over")

        let twin = NaiveJSON.accepts(input)
        if case .refused(let error) = whole, error.reason == .tooDeep {
            // The twin has no limit.
        } else if case .accepted = whole {
            try require(twin, "the twin refuses what the scanner accepts")
        } else {
            try require(!twin, "the twin accepts what the scanner refuses: \(whole)")
        }

        switch try scan(input.span, depthLimit: 3) {
        case .refused(let error) where error.reason == .tooDeep: break
        case let limited: try require(limited, equals: whole, "a document within a depth of 3")
        }
        try checkPrefixes(whole)
        try checkValue(whole)
    }

    /// A document that was cut is refused, unless it was a number: a shorter one is a number as well.
    private func checkPrefixes(_ whole: Outcome) throws {
        guard case .accepted(let end) = whole, let last = input[..<end].last, !(0x30...0x39).contains(last) else {
            return
        }
        for cut in input.cuts where cut < end {
            if case .accepted = try scan(input.span.extracting(0..<cut)) {
                throw BrokenProperty(description: "a document cut at \(cut) is accepted")
            }
        }
    }

    private func checkValue(_ whole: Outcome) throws {
        let value: JSONValue
        do throws(CodecError) {
            value = try JSONValue(parsing: input.span)
        } catch {
            if error.reason == .duplicateKey { return }
            return try require(.refused(error), equals: whole, "the tree and the scanner")
        }
        guard case .accepted = whole else { throw BrokenProperty(description: "the tree accepts what is refused") }
        let written = value.bytes
        let again = try JSONValue(parsing: written.span)
        try require(again == value, "a document written and read again")
        try require(again.bytes == written, "a document written twice")
        try checkNumbers(value)
    }

    private func checkNumbers(_ value: JSONValue) throws(BrokenProperty) {
        switch value {
        case .number(let number):
            try require(JSONNumber(number.text) == number, "a number is one when it stands alone")
            let isInteger = number.text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D }
            try require(number.integer, equals: isInteger ? Int64(number.text) : nil, "the integer of \(number.text)")
            if let double = number.double { try require(double.isFinite, "a double is finite") }
        case .array(let elements): for element in elements { try checkNumbers(element) }
        case .object(let members): for member in members { try checkNumbers(member.value) }
        case .null, .bool, .string: break
        }
    }
}
