import Events
import Testing

@testable import Rules

@Suite("Event sketches")
struct EventSketchTests {
    private func warning(_ json: String) throws -> String? {
        try EventSketch(json: Array(json.utf8).span, now: .epoch).warning
    }

    @Test("a right sketch has no warning")
    func right() throws {
        let json =
            #"{"type": "message.received", "tenant": "acme", "content": {"kind": "text", "text": "x"}, "raw_base64": "eA=="}"#
        #expect(try warning(json) == nil)
    }

    @Test("misspelt types and fields are told, with a guess")
    func misspelt() throws {
        #expect(
            try warning(#"{"type": "message.recieved"}"#)
                == "there is no event type `message.recieved`; did you mean `message.received`?")
        #expect(
            try warning(#"{"type": "message.received", "acount": "a", "content": {"txt": "x"}}"#)
                == "there is no field `acount`; did you mean `account`?; "
                + "there is no field `content.txt`; did you mean `content.text`?")
    }

    @Test("a document of many slips has few warnings")
    func bounded() throws {
        let members = (0..<10_000).map { "\"x\($0)\": 1" }.joined(separator: ",")
        let found = try #require(try warning("{\"type\": \"message.received\", \"content\": {\(members)}}"))
        #expect(found.split(separator: ";").count <= 10)
    }
}
