import TestBasics
import Testing

@testable import Events

struct SchemaTests {
    @Test("every type has its row at its own place")
    func typesInOrder() {
        #expect(Schema.types.map(\.type) == EventType.allCases)
    }

    @Test("every field has its row at its own place")
    func fieldsInOrder() {
        #expect(Schema.fields.map(\.field) == Field.allCases)
    }

    @Test("the fields of the record come before those of its content")
    func contentLast() {
        for field in Field.allCases { #expect(field.isContent == field.row.isContent) }
    }

    @Test("no name is used twice and every name leads back to its row")
    func namesAreUnique() {
        #expect(Set(Schema.types.map(\.name)).count == Schema.types.count)
        #expect(Set(Schema.fields.map(\.name)).count == Schema.fields.count)
        for row in Schema.types { #expect(EventType(name: row.name) == row.type) }
        for row in Schema.fields {
            #expect(Field(name: row.name) == row.field)
            #expect((row.isContent ? Schema.contentFieldsByKey : Schema.recordFieldsByKey)[row.key] == row.field)
        }
    }

    @Test("names are lower-case words joined by underscores, one level deep")
    func namesAreWords() {
        for name in Schema.fields.map(\.key) + Schema.types.flatMap({ $0.name.split(separator: ".").map(String.init) })
        {
            #expect(name.allSatisfy { ("a"..."z").contains($0) || $0 == "_" }, "\(name)")
            #expect(!name.hasPrefix("_") && !name.hasSuffix("_"), "\(name)")
        }
        for row in Schema.fields { #expect(row.isContent == (row.name == "content.\(row.key)")) }
    }

    @Test("no field occurs with no type, and required fields occur with every type")
    func fieldsOccur() {
        for row in Schema.fields {
            #expect(!row.types.isEmpty, "\(row.name)")
            if row.isRequired { #expect(row.types == .all, "\(row.name)") }
        }
    }

    @Test("names nobody declared lead nowhere")
    func unknownNames() {
        for name in ["", "content", "content.", "content.txt", "text", "Content.text", "content.text ", "raw_base64"] {
            #expect(Field(name: name) == nil, "\(name)")
        }
        #expect(EventType(name: "message") == nil)
    }

    @Test("what opens something is secret")
    func secrets() {
        let secrets = Schema.fields.filter(\.isSecret).map(\.key)
        #expect(
            secrets == [
                "raw", "media_key", "response_url", "qrcode", "response_code", "welcome_code", "chat_key", "pull_token",
                "suite_ticket", "auth_code", "register_code",
            ])
    }

    @Test("the documentation names every type and field")
    func markdown() {
        let page = Schema.markdown
        for row in Schema.types { #expect(page.contains("| `\(row.name)` | \(row.meaning) |")) }
        for row in Schema.fields { #expect(page.contains("| `\(row.name)` | \(row.kind.name)")) }
        #expect(page.contains("- `source`: `callback`, `api`, `system`\n"))
        #expect(page.contains("| `content.text` | text | what it says | `message.received`, `message.sent`,"))
    }

    @Test("EVENTS.md says what the schema says")
    func eventsPage() throws {
        let page = GoldenFile(Repository.path("EVENTS.md"))
        #expect(try Schema.markdown == page.expected(for: Schema.markdown))
    }
}

struct EventTypeSetTests {
    @Test("a pattern is a type, a family or everything")
    func patterns() {
        #expect(EventTypeSet(pattern: "message.sent") == [.messageSent])
        #expect(EventTypeSet(pattern: "message.*") == [.messageReceived, .messageSent, .messageFailed])
        #expect(EventTypeSet(pattern: "customer.*") == [.customerChanged])
        #expect(EventTypeSet(pattern: "*") == .all)
    }

    @Test(
        "a pattern that names nothing is refused",
        arguments: ["", "message", "mess.*", ".*", "message.", "Message.*", "**"])
    func patternsOfNothing(pattern: String) {
        #expect(EventTypeSet(pattern: pattern) == nil)
    }

    @Test("sets behave like a set of cases")
    func algebra() {
        let some: EventTypeSet = [.messageSent, .unknown]
        #expect(EventTypeSet.all.types == EventType.allCases)
        #expect(some.types == [.messageSent, .unknown])
        #expect(some.isSubset(of: .all) && !EventTypeSet.all.isSubset(of: some))
        #expect(EventTypeSet.all.subtracting(some).intersection(some).isEmpty)
        #expect(EventTypeSet.all.subtracting(some).union(some) == .all)
    }
}

struct NameTableTests {
    @Test("a table finds its own names and no others, whatever its size")
    func lookups() {
        for count in 0..<200 {
            let names = (0..<count).map { "name\($0)" }
            let table = NameTable(names.enumerated().map { ($1, $0) })
            for (index, name) in names.enumerated() { #expect(table[name] == index) }
            #expect(table["name\(count)"] == nil && table[""] == nil)
        }
    }
}
