import Codec
import HTTP
import Testing

@testable import API

struct ValidatorTests {
    private static let item = ObjectSchema(nil, "An item.", [.required("name", .text(.name, 1...5), "Its name.")])
    private static let schema = ObjectSchema(
        "Thing", "A thing.",
        [
            .required("id", .text(.id, 36...36), "Its id."),
            .required("count", .integer(1...10), "How many."),
            .optional("is_on", .boolean, "Whether.", isNullable: true),
            .optional("at", .time, "When."),
            .optional("kind", .choice(["a", "b"]), "What."),
            .optional("items", .array(of: .object(item), 0...2), "Items."),
            .optional("config", .anyObject, "Anything."),
        ])

    private func faults(_ json: String) throws -> [String] {
        var validator = Validator()
        validator.check(try JSONValue(parsing: Array(json.utf8).span), .object(Self.schema), at: "")
        return validator.faults.map { "\($0.field) \($0.code)" }
    }

    private static let id = "0198a3c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b"

    @Test("what is as it must be has no faults")
    func right() throws {
        #expect(
            try faults(
                #"{"id":"\#(Self.id)","count":10,"is_on":null,"at":"2026-11-24T08:00:00+08:00","kind":"b","items":[{"name":"x"}],"config":{"x":[1]}}"#
            ) == [])
    }

    @Test("all faults are told at once, each with its place")
    func everything() throws {
        let told = try faults(
            #"{"count":11,"is_on":"yes","at":"today","kind":"c","items":[{"name":"toolong"},{},{"name":" x"}],"config":[],"more":1}"#
        )
        #expect(
            told == [
                "count too_large", "is_on type", "at format", "kind not_allowed", "items too_long",
                "items[0].name too_long", "items[1].name required", "items[2].name format", "config type",
                "more unknown",
                "id required",
            ])
    }

    @Test("null, other types, fractions and numbers beyond 64 bits are refused")
    func types() throws {
        #expect(try faults(#"{"id":null,"count":1.5}"#) == ["id null", "count type"])
        #expect(try faults(#"{"id":7,"count":99999999999999999999}"#) == ["id type", "count type"])
        #expect(try faults("[]") == [" type"])
    }

    @Test("a hostile body makes a short answer")
    func bounded() throws {
        let members = (0..<1000).map { "\"\(String(repeating: "x", count: 200))\($0)\":1" }.joined(separator: ",")
        let told = try faults("{" + members + "}")
        #expect(told.count == 50)
        #expect(told.allSatisfy { $0.utf8.count < 100 })
    }

    @Test(
        "queries are decoded once, `+` is a space, and what is wrong is told",
        arguments: [
            ("page=2&size=100", []), ("page=0", ["page too_small"]), ("page=01", ["page type"]),
            ("page=1&page=1", ["page repeated"]), ("pgae=1", ["pgae unknown"]), ("name=a+b%20c", []),
            ("name=%2", [" format"]), ("name=%FF", [" format"]), ("", []), ("&&", []), ("name", ["name too_short"]),
        ] as [(String, [String])])
    func queries(_ query: String, _ expected: [String]) {
        var validator = Validator()
        let parameters = PageQuery.parameters + [.query("name", .text(.line, 1...20), "A name.")]
        let bytes = Array(query.utf8)
        let value = validator.read(query: bytes.span, parameters)
        #expect(validator.faults.map { "\($0.field) \($0.code)" } == expected)
        if query.hasPrefix("name=a") { #expect(value["name"]?.string == "a b c") }
    }
}

struct VersionConditionTests {
    @Test("If-Match: everything, a version, a list; weak and foreign tags match nothing, and anything else is refused")
    func conditions() throws {
        #expect(try VersionCondition(nil).holds(for: 3))
        #expect(try VersionCondition("*").holds(for: 3))
        #expect(try VersionCondition("\"3\"").holds(for: 3))
        #expect(try !VersionCondition("\"2\"").holds(for: 3))
        #expect(try !VersionCondition("\"999999999999999999999999999999\"").holds(for: 3))
        #expect(throws: Problem.self) { try VersionCondition("\"3\"4\"") }
        #expect(try VersionCondition("\"2\", \"3\"").holds(for: 3))
        #expect(try !VersionCondition("W/\"3\"").holds(for: 3))
        #expect(try !VersionCondition("\"abc\"").holds(for: 3))
        for text in ["", " , ", "3", "\"", "3\"", "\"3", "*, \"3\"", "W/3"] {
            #expect(throws: Problem.self, "\(text)") { try VersionCondition(text) }
        }
    }
}

struct AcceptanceTests {
    @Test(
        "Accept is met by the type, its family or everything, unless refused by name",
        arguments: [
            ("application/json", true), ("application/*", true), ("*/*", true), ("text/html, */*;q=0.1", true),
            ("", true), ("text/html", false), ("application/json;q=0", false), ("*/*, application/json;q=0", false),
            ("application/json; q=0.5, text/plain", true), ("APPLICATION/JSON", true), ("text/*", false),
        ])
    func accepts(_ field: String, _ isAccepted: Bool) {
        #expect(Acceptance.accepts(field, "application/json") == isAccepted)
    }
}
