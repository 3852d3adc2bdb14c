// What a text may look like: a test of our own, and the pattern that tells others of it. Patterns are documentation only, so
// nothing here can be made slow by a clever text.

import Events
import Language
import Records

package struct TextForm: Sendable {
    /// Completes "must be …" in a refusal.
    package let description: String
    /// A regular expression (ECMA-262) that accepts exactly what `accepts` does, where one can.
    package let pattern: String?
    /// A `format` of JSON Schema.
    package let format: String?
    package let example: String
    package let accepts: @Sendable (String) -> Bool

    package init(
        _ description: String, pattern: String? = nil, format: String? = nil, example: String,
        accepts: @escaping @Sendable (String) -> Bool
    ) {
        self.description = description
        self.pattern = pattern
        self.format = format
        self.example = example
        self.accepts = accepts
    }
}

extension TextForm {
    /// Anything on one line.
    package static let line = TextForm(
        "one line without control characters", pattern: #"^[^\u0000-\u001f\u007f]*$"#, example: "Acme Ltd."
    ) { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }

    /// A name that people read: one line that begins and ends with something to see, and reads as it is written.
    package static let name = TextForm(
        "one line that neither begins nor ends with a space, without characters that control terminals or turn text around",
        pattern: "^[^ \(unreadable)]([^\(unreadable)]*[^ \(unreadable)])?$", example: "Acme Ltd."
    ) {
        line.accepts($0) && !$0.unicodeScalars.contains(where: \.properties.isBidiControl)
            && $0.unicodeScalars.first != " " && $0.unicodeScalars.last != " " && !$0.isEmpty
    }

    /// Controls, those of the direction of text among them.
    private static let unreadable =
        #"\u0000-\u001f\u007f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"#

    /// For what is never shown nor kept, such as a password: its length says all.
    package static let any = TextForm("a text", example: "correct horse battery staple") { _ in true }

    /// A rule file.
    package static let rules = TextForm(
        "a text in the language of rules", example: "route \"all\" { to webhooks }"
    ) { _ in true }

    /// How long, as the language has it.
    package static let duration = TextForm(
        "a duration with its unit: 90s, 15m, 24h, 7d", pattern: "^[0-9][0-9_]*(ms|s|m|h|d)$", example: "24h"
    ) { Duration(quantity: $0) != nil }

    /// The id of a record.
    package static let id = TextForm(
        "an id: a UUID in lower case", pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        example: "0198a3c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b"
    ) { RecordID.isValid($0) }

    /// A name for machines, as those of tenants in weir.conf.
    package static let code = TextForm(
        "lower-case letters, digits and hyphens, beginning with a letter or digit", pattern: "^[a-z0-9][a-z0-9-]*$",
        example: "acme"
    ) {
        !$0.hasPrefix("-") && !$0.isEmpty
            && $0.utf8.allSatisfy {
                ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")) || $0 == UInt8(ascii: "-")
                    || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
            }
    }
}
