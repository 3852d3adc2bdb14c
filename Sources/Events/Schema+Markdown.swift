// The schema as EVENTS.md, so that the page cannot disagree with the code: its test compares and rewrites it.

extension Schema {
    package static var markdown: String {
        var page = """
            # Events

            Every event is one JSON object, the same in Weir's streams, in rules and in what webhooks receive. Absent
            fields are left out. Fields named `content.…` stand inside the object `content`. A `raw` that is not UTF-8 is written
            as `raw_base64`. Logs mask secret fields.

            This page is written from the schema (`Sources/Events/Schema*.swift`):
            `WEIR_GOLDEN=rewrite swift test --filter EventsTests`.

            ## Types

            | type | what happened |
            | --- | --- |

            """
        for type in types { page += "| `\(type.name)` | \(type.meaning) |\n" }
        page += """

            ## Fields

            | field | kind | what it is | occurs with |
            | --- | --- | --- | --- |

            """
        for field in fields {
            let secret = field.isSecret ? " (secret)" : ""
            page +=
                "| `\(field.name)` | \(field.kind.name)\(secret) | \(field.meaning) | \(description(of: field.types)) |\n"
        }
        page += "\n## Words of the tokens\n\n"
        // The words of `type` are the first table.
        for field in fields where field.field != .type && !field.kind.vocabulary.isEmpty {
            let words = field.kind.vocabulary.map { "`\($0)`" }
            page += "- `\(field.name)`: \(words.joined(separator: ", "))\n"
        }
        return page
    }

    /// Long sets are told by what is missing from them.
    private static func description(of types: EventTypeSet) -> String {
        if types == .all { return "every type" }
        let missing = EventTypeSet.all.subtracting(types)
        let names = { (set: EventTypeSet) in set.types.map { "`\($0.name)`" }.joined(separator: ", ") }
        return missing.types.count < types.types.count ? "every type but \(names(missing))" : names(types)
    }
}
