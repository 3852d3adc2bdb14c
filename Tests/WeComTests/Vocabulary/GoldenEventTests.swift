import Events
import TestBasics
import Testing

@testable import WeCom

/// Each `Golden/Events/*.case` is what one callback brings: the decrypted document, a line of dashes, and the record of the
/// event it becomes (of the events, for a batch of an instance). `raw` is shown where it is not the document itself.
/// `WEIR_GOLDEN=rewrite swift test --filter GoldenEventTests` writes what comes out into the files; review the difference.
struct GoldenEventTests {
    static func cases() throws -> [GoldenCase] { try GoldenCase.all(in: "Tests/WeComTests/Golden/Events", parts: 2) }

    @Test("a document becomes the event its case says", arguments: try GoldenEventTests.cases())
    func goldenCase(_ golden: GoldenCase) throws {
        let document = golden.document
        let events =
            try golden.name.hasPrefix("instance") ? Normalisers.events(document) : [Normalisers.event(document)]
        for event in events { try checkSchema(of: event) }
        let text = try events.map { try $0.goldenText(without: document) }.joined(separator: "\n") + "\n"
        #expect(try text == golden.expected(for: text))
    }

    @Test("the cases cover every type of event that comes from outside")
    func coverage() throws {
        var missing = EventTypeSet.all.subtracting([
            .messageFailed, .sendRequested, .quotaReached, .endpointFailing, .endpointRecovered, .endpointDisabled,
        ])
        for golden in try Self.cases() {
            for type in missing.types where golden.expected.contains("\"type\": \"\(type)\"") {
                missing = missing.subtracting([type])
            }
        }
        #expect(missing.types.isEmpty)
    }

    /// What the schema promises to the rule checker must hold for every event.
    private func checkSchema(of event: Event) throws {
        for field in event.fields {
            #expect(field.row.types.contains(event.type), "\(field) occurs with \(event.type)")
            if case .token(let words) = field.kind {
                #expect(words.contains(try #require(event.text(of: field))), "a word of \(field)")
            }
        }
        for row in Schema.fields where row.isRequired && row.field != .id { #expect(event.has(row.field)) }
        #expect(event.has(.dedupe) && event.has(.raw))
    }
}

extension GoldenCase {
    /// The document as it arrives: the line end before `---` is not part of it.
    var document: String { String(given[0].dropLast()) }
}
