import Codec
import Testing

@Suite struct JSONWriterTests {
    private func written(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("commas stand between neighbours and nowhere else")
    func commas() {
        let text = written { json in
            json.beginObject()
            json.key("a")
            json.number(-1)
            json.key("b")
            json.beginArray()
            json.beginArray()
            json.endArray()
            json.bool(true)
            json.bool(false)
            json.null()
            json.beginObject()
            json.endObject()
            json.endArray()
            json.key("c")
            json.raw("9007199254740993".utf8.span)
            json.endObject()
        }
        #expect(text == #"{"a":-1,"b":[[],true,false,null,{}],"c":9007199254740993}"#)
    }

    @Test("strings are escaped where JSON demands it, and only there")
    func escapes() {
        #expect(written { $0.string("a\"b\\c/d") } == #""a\"b\\c/d""#)
        #expect(written { $0.string("\u{8}\t\n\u{c}\r") } == #""\b\t\n\f\r""#)
        #expect(written { $0.string("\u{0}\u{1d}\u{1f}\u{7f}") } == "\"\\u0000\\u001d\\u001f\u{7f}\"")
        #expect(written { $0.string("汉字 👍") } == "\"汉字 👍\"")
        #expect(written { $0.string("") } == "\"\"")
    }

    @Test("bytes that are not UTF-8 become replacement characters, one for each broken part")
    func invalidUTF8() {
        let bytes: [UInt8] = [0x61, 0xFF, 0x22, 0xE6, 0xB1, 0x62, 0xC0, 0x80]
        #expect(written { $0.string(bytes.span) } == "\"a\u{FFFD}\\\"\u{FFFD}b\u{FFFD}\u{FFFD}\"")
    }

    @Test("integers of every width are written in full")
    func numbers() {
        #expect(written { $0.number(0) } == "0")
        #expect(written { $0.number(Int64.min) } == "-9223372036854775808")
        #expect(written { $0.number(UInt64.max) } == "18446744073709551615")
        #expect(written { $0.number(Int8(-128)) } == "-128")
        #expect(written { $0.number(UInt8(255)) } == "255")
    }

    @Test("bytes can be written as base64")
    func base64() {
        #expect(written { $0.base64([0xFF, 0xFE].span) } == "\"//4=\"")
    }

    @Test("a borrowed buffer keeps what it held, even when the body throws")
    func appending() {
        struct Stop: Error {}
        var bytes = Array("x=".utf8)
        JSONWriter.append(to: &bytes) { json in json.number(1) }
        #expect(String(decoding: bytes, as: UTF8.self) == "x=1")
        #expect(throws: Stop.self) {
            try JSONWriter.append(to: &bytes) { json in
                json.number(2)
                throw Stop()
            }
        }
        #expect(String(decoding: bytes, as: UTF8.self) == "x=12")
    }

    @Test("a writer continues behind the bytes it is given")
    func continuing() {
        var writer = JSONWriter(appendingTo: Array("[1]\n".utf8))
        writer.bool(true)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "[1]\ntrue")
    }
}
