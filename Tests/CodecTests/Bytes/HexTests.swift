import Codec
import Testing

@Suite struct HexTests {
    private func decoded(_ text: String) -> Outcome<[UInt8]> {
        Outcome { () throws(CodecError) in
            var output: [UInt8] = [1]
            try Hex.decode(text.utf8.span, appendingTo: &output)
            return output
        }
    }

    @Test("bytes are written in lower case and read in any")
    func bothDirections() {
        var text: [UInt8] = []
        Hex.encode([0x00, 0x9F, 0xA0, 0xFF].span, appendingTo: &text)
        #expect(String(decoding: text, as: UTF8.self) == "009fa0ff")
        #expect(decoded("009fA0Ff") == .accepted([1, 0x00, 0x9F, 0xA0, 0xFF]))
    }

    @Test("every byte survives")
    func roundTrip() throws {
        let bytes = (0...255).map { UInt8($0) }
        var text: [UInt8] = []
        Hex.encode(bytes.span, appendingTo: &text)
        var output: [UInt8] = []
        try Hex.decode(text.span, appendingTo: &output)
        #expect(output == bytes)
    }

    @Test("exactly the 22 digits are digits")
    func digits() {
        let digits = (0...255).map { UInt8($0) }.filter { Hex.value(of: $0) != nil }
        #expect(String(decoding: digits, as: UTF8.self) == "0123456789ABCDEFabcdef")
    }

    @Test(
        "a text is refused for its mistake",
        arguments: [
            ("0", .hexLength, 1), ("0g", .hexCharacter, 1), ("g0", .hexCharacter, 0), ("00:0", .hexCharacter, 2),
            ("0x", .hexCharacter, 1),
        ] as [(String, CodecError.Reason, Int)])
    func refusals(text: String, reason: CodecError.Reason, offset: Int) {
        #expect(decoded(text) == .refused(reason, at: offset))
    }
}
