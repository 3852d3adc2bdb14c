// Every text by which Language and Rules refuse something is shown by a golden case: taken from the sources, so that a new one
// without a case fails here.

import FoundationEssentials
import Language
import TestBasics
import Testing

@Suite("Coverage of the golden cases")
struct GoldenCoverageTests {
    /// What no golden case can hold: such a file is no text, or too long to be read by people. `LexerTests`, `FormattingTests` and
    /// `TrialRunTests` have them.
    private static let elsewhere = [
        "the file is not UTF-8 from here on", "this line is longer than ", "formatted, the line that begins here ",
        "formatted, this file would be larger ",
        "these tests have more than ",
        // Filters are no files: `FilterTests`.
        "a filter has at most ", "no event fits this filter", "`and`, `or` or the end",
    ]

    @Test("each message of the sources stands in a golden case")
    func messages() throws {
        let cases = ["Tests/RulesTests/Golden", "Tests/TrialsTests/Golden", "Tests/GatewayTests/Golden"]
        let lines = try cases.flatMap { try texts(in: $0, suffix: ".case") }.flatMap { $0.split(separator: 0x0A) }
        let shown = Set(lines.filter { $0.contains(": error: ") || $0.contains(": warning: ") })
        var count = 0
        let sources = try ["Sources/Language", "Sources/Rules"].flatMap { try texts(in: $0, suffix: ".swift") }
        for source in sources {
            for message in Self.messages(in: source) where !Self.elsewhere.contains(where: message.hasPrefix) {
                let parts = Self.fixedParts(of: message)
                // A message of which everything is filled in is another one's end.
                guard parts.contains(where: { $0.count > 3 }) else { continue }
                count += 1
                let isShown = shown.contains { Self.holds($0, parts) }
                #expect(isShown, "no golden case shows: \(message)")
            }
        }
        #expect(count > 70)
    }

    /// As bytes: characters of such amounts of text take seconds.
    private func texts(in folder: String, suffix: String) throws -> [[UInt8]] {
        let root = Repository.path(folder)
        return try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(suffix) }.sorted()
            .map { try SourceFile.read(path: "\(root)/\($0)").bytes }
    }

    /// The first string behind each `error(`, `warning(` and `refuse(`.
    private static func messages(in source: [UInt8]) -> [String] {
        var found: [String] = []
        for call in ["error(", "warning(", "refuse("] {
            var rest = source[...]
            while let place = rest.place(of: call) {
                rest = rest[place.upperBound...].drop { $0 == 0x20 || $0 == 0x0A }
                if rest.first == UInt8(ascii: "\"") {
                    found.append(literal(String(decoding: rest.dropFirst().prefix(1000), as: UTF8.self)))
                }
            }
        }
        return found
    }

    /// Up to the closing quote; a quote inside of an interpolation closes nothing.
    private static func literal(_ text: String) -> String {
        var literal = ""
        var depth = 0
        var isEscaped = false
        for character in text {
            if isEscaped {
                isEscaped = false
                if character == "(" { depth = 1 }
            } else if depth > 0 {
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                return literal
            }
            literal.append(character)
        }
        return literal
    }

    /// What stands between the interpolations.
    private static func fixedParts(of message: String) -> [String] {
        var parts = [""]
        var depth = 0
        var last: Character = " "
        for character in message {
            if depth > 0 {
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
            } else if last == "\\", character == "(" {
                parts[parts.count - 1].removeLast()
                parts.append("")
                depth = 1
            } else if last == "\\" {
                parts[parts.count - 1].removeLast()
                parts[parts.count - 1].append(character)
            } else {
                parts[parts.count - 1].append(character)
            }
            last = depth > 0 || last == "\\" && character == "\\" ? " " : character
        }
        return parts.filter { !$0.isEmpty }
    }

    private static func holds(_ line: ArraySlice<UInt8>, _ parts: [String]) -> Bool {
        var rest = line
        for part in parts {
            guard let place = rest.place(of: part) else { return false }
            rest = rest[place.upperBound...]
        }
        return true
    }
}

extension ArraySlice<UInt8> {
    fileprivate func contains(_ text: String) -> Bool { place(of: text) != nil }

    /// Where the text stands first.
    fileprivate func place(of text: String) -> Range<Int>? {
        let wanted = Array(text.utf8)
        guard let first = wanted.first, count >= wanted.count else { return nil }
        for start in startIndex...(endIndex - wanted.count)
        where self[start] == first && self[start..<start + wanted.count].elementsEqual(wanted) {
            return start..<start + wanted.count
        }
        return nil
    }
}
