import Codec
import Testing

@Suite struct JSONValueTests {
    @Test("a tree keeps order and the text of its numbers, so reading and writing changes nothing")
    func unchanged() throws {
        let json = #"{"z":1,"a":[9007199254740993,1.50,-0,1E400,123456789012345678901234567890],"m":{"":null}}"#
        #expect(String(decoding: try JSONValue(parsing: json.utf8.span).bytes, as: UTF8.self) == json)
    }

    @Test("members are found by name, and values by their kind")
    func access() throws {
        let value = try JSONValue(parsing: #"{"s":"x","i":-7,"d":2.5,"b":true,"l":[1],"n":null}"#.utf8.span)
        #expect(value["s"]?.string == "x")
        #expect(value["i"]?.integer == -7)
        #expect(value["d"]?.double == 2.5)
        #expect(value["d"]?.integer == nil)
        #expect(value["b"]?.bool == true)
        #expect(value["l"]?.array == [1])
        #expect(value["n"] == .null)
        #expect(value["absent"] == nil)
        #expect(value["s"]?["x"] == nil)
        #expect(value["s"]?.integer == nil)
    }

    @Test("documents can be written as literals")
    func literals() {
        let value: JSONValue = ["name": "crm", "types": ["a", 2, true], "none": [:]]
        #expect(String(decoding: value.bytes, as: UTF8.self) == #"{"name":"crm","types":["a",2,true],"none":{}}"#)
    }

    @Test("a number is made from an integer or from text in the form of JSON")
    func numbers() {
        #expect(JSONNumber(UInt64.max).text == "18446744073709551615")
        #expect(JSONNumber(UInt64.max).integer == nil)
        #expect(JSONNumber("1e400")?.double == nil)
        #expect(JSONNumber("-1.5e2")?.double == -150)
        for text in ["", "x", "01", "1 ", " 1", "1,2", "NaN", "+1", "\"1\"", "true"] {
            #expect(JSONNumber(text) == nil, "\(text)")
        }
    }
}
