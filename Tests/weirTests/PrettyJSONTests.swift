import Testing

@testable import weir

@Suite struct PrettyJSONTests {
    @Test("a document is shown one member a line, in its order, with its numbers as they are written")
    func document() {
        let json = #"{"b":1.50,"a":[9223372036854775809,{"c":null}],"empty":{},"none":[],"text":"退款 \"x\""}"#
        #expect(
            PrettyJSON.text(Array(json.utf8)) == """
                {
                  "b": 1.50,
                  "a": [
                    9223372036854775809,
                    {
                      "c": null
                    }
                  ],
                  "empty": {},
                  "none": [],
                  "text": "退款 \\"x\\""
                }
                """)
    }

    @Test("characters that could play with a terminal are escaped, and only those")
    func escapes() {
        let csi = "\u{9B}31m"
        let text = PrettyJSON.text(Array(#"["\#(csi)","\u202eabc","\ud83d\ude00","\udb40\udc01"]"#.utf8))
        #expect(text == "[\n  \"\\u009b31m\",\n  \"\\u202eabc\",\n  \"😀\",\n  \"\\udb40\\udc01\"\n]")
    }

    @Test("what is no JSON is shown as one line")
    func noJSON() {
        #expect(PrettyJSON.text(Array("oops\n\u{1B}[2J".utf8)) == "oops\\n\\u{1B}[2J")
    }
}
