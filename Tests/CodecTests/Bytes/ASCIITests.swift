import Codec
import Testing

@Suite struct ASCIITests {
    private func areEqual(_ left: String, _ right: String) -> Bool {
        ASCII.equal(left.utf8.span, right.utf8.span)
    }

    private func areEqualIgnoringCase(_ left: String, _ right: String) -> Bool {
        ASCII.equalIgnoringCase(left.utf8.span, right.utf8.span)
    }

    @Test("names are compared without regard to the case of ASCII letters only")
    func ignoringCase() {
        #expect(areEqualIgnoringCase("AgentID", "agentid"))
        #expect(!areEqualIgnoringCase("AgentID", "agentids"))
        // These differ by the bit that tells letters' cases apart, but are no letters.
        #expect(!areEqualIgnoringCase("[", "{"))
        #expect(!areEqualIgnoringCase("@", "`"))
        #expect(!areEqualIgnoringCase("É", "é"))
        #expect(areEqual("a", "a"))
        #expect(!areEqual("a", "A"))
        #expect(!areEqual("a", ""))
    }

    @Test(
        "a decimal number is read if it is one of 64 bits",
        arguments: [
            ("0", 0), ("-0", 0), ("007", 7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("99999999999999999999999", nil),
            ("", nil), ("-", nil), ("+1", nil), ("1 ", nil), ("1.0", nil), ("1e3", nil), ("--1", nil), ("0x1", nil),
            ("１", nil),
        ] as [(String, Int64?)])
    func decimal(text: String, value: Int64?) {
        #expect(ASCII.decimal(text.utf8.span) == value)
    }
}
