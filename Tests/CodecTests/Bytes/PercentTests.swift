import Codec
import Testing

@Suite struct PercentTests {
    private func decoded(_ text: String) -> Outcome<String> {
        Outcome { () throws(CodecError) in
            var output: [UInt8] = []
            try Percent.decode(text.utf8.span, appendingTo: &output)
            return String(decoding: output, as: UTF8.self)
        }
    }

    @Test(
        "escapes are decoded once, and a plus stays a plus",
        arguments: [
            ("", ""), ("plain", "plain"), ("a%20b", "a b"), ("%e6%B1%89", "汉"), ("a+b", "a+b"), ("a%2Bb", "a+b"),
            ("%2520", "%20"), ("%3D%3d", "=="),
        ])
    func decoding(text: String, plain: String) {
        #expect(decoded(text) == .accepted(plain))
    }

    @Test(
        "a broken escape is refused where it begins",
        arguments: [("%", 0), ("ab%", 2), ("ab%4", 2), ("%zz", 0), ("%4z", 0), ("%%41", 0), ("%+1", 0)])
    func refusals(text: String, offset: Int) {
        #expect(decoded(text) == .refused(.percentEscape, at: offset))
    }

    @Test("a refused text leaves the output as it was")
    func outputIsUntouched() {
        var output: [UInt8] = [1]
        #expect(throws: CodecError.self) { try Percent.decode("abc%".utf8.span, appendingTo: &output) }
        #expect(output == [1])
    }

    @Test("only the unreserved characters stand for themselves")
    func encoding() {
        #expect(
            String(decoding: Percent.encode("aZ09-._~ +/=%汉".utf8.span), as: UTF8.self)
                == "aZ09-._~%20%2B%2F%3D%25%E6%B1%89")
    }

    @Test("every byte survives")
    func roundTrip() throws {
        let bytes = (0...255).map { UInt8($0) }
        var output: [UInt8] = []
        try Percent.decode(Percent.encode(bytes.span).span, appendingTo: &output)
        #expect(output == bytes)
    }
}
