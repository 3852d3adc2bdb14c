// What every fuzzer of this folder is: a name, a check that any bytes must pass, and the samples that a run starts from.
// libFuzzer drives the table through Tests/Fuzz/Driver; the unit tests replay seeds and former finds through the same checks.

package struct Fuzzer: Sendable {
    package let name: String
    /// What is checked, for `Deploy/fuzz --list`.
    package let about: String
    /// Longer inputs find nothing new here and make a run slow.
    package let sizeMax: Int
    /// Words that mean something to the parser, for libFuzzer's dictionary.
    package let words: [String]
    /// Good samples.
    package let seeds: @Sendable () throws -> [[UInt8]]
    /// Returns whatever the bytes are, or throws ``BrokenProperty``; to trap or to hang is a find, too.
    package let check: @Sendable ([UInt8]) throws -> Void
}

extension Fuzzer {
    /// The one table. `canary` stands apart: it fails on purpose, which proves that a run notices a find.
    package static let table = [
        http, xml, json, bytes, envelope, event, rules, formatting, trials, configuration, redis, authorization, token,
    ]

    package static let canary = Fuzzer(
        name: "canary", about: "fails on any input with \"bug\" in it: proves that a find is noticed", sizeMax: 16,
        words: ["bu"], seeds: { [Array("b".utf8)] },
        check: { input in
            try require(!String(decoding: input, as: UTF8.self).contains("bug"), "the canary saw its bug")
        })

    /// The words as libFuzzer reads them: one a line, in quotes, all but plain ASCII escaped.
    package var dictionary: String {
        words.map { word in
            let escaped = word.utf8.map { byte -> String in
                let isPlain = (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                if isPlain { return String(UnicodeScalar(byte)) }
                return (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16)
            }
            return "\"\(escaped.joined())\"\n"
        }.joined()
    }

    package static func named(_ name: String) -> Fuzzer? {
        (table + [canary]).first { $0.name == name }
    }
}

/// Something that must hold for every input, and did not for this one.
package struct BrokenProperty: Error, CustomStringConvertible {
    package let description: String
}

func require(_ holds: Bool, _ property: @autoclosure () -> String) throws(BrokenProperty) {
    guard holds else { throw BrokenProperty(description: property()) }
}

func require<Value: Equatable>(
    _ one: Value, equals other: Value, _ property: @autoclosure () -> String
) throws(BrokenProperty) {
    guard one == other else { throw BrokenProperty(description: "\(property()): \(one) is not \(other)") }
}
