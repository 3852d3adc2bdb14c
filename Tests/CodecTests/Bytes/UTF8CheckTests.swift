import Codec
import TestBasics
import Testing

@Suite struct UTF8CheckTests {
    private func isValid(_ bytes: [UInt8]) -> Bool { UTF8Check.isValid(bytes.span) }

    @Test(
        "well-formed text is accepted",
        arguments: ["", "ascii\u{0}", "é", "汉字", "\u{FFFF}", "\u{10FFFF}", "\u{D7FF}\u{E000}", "👨‍👩‍👧"])
    func valid(text: String) {
        #expect(isValid(Array(text.utf8)))
        #expect(UTF8Check.firstFlaw(in: text.utf8.span) == nil)
    }

    @Test(
        "a flaw is found, named here after the mistake",
        arguments: [
            ("lone continuation", [0x61, 0x80], 1..<2),
            ("overlong slash of two bytes", [0xC0, 0xAF], 0..<1),
            ("overlong slash of three bytes", [0xE0, 0x80, 0xAF], 0..<1),
            ("overlong slash of four bytes", [0xF0, 0x80, 0x80, 0xAF], 0..<1),
            ("overlong NUL", [0xC0, 0x80], 0..<1),
            ("surrogate", [0x61, 0xED, 0xA0, 0x80], 1..<2),
            ("above U+10FFFF", [0xF4, 0x90, 0x80, 0x80], 0..<1),
            ("five bytes", [0xF8, 0x88, 0x80, 0x80, 0x80], 0..<1),
            ("cut after one of three", [0xE6], 0..<1),
            ("cut after two of three", [0x61, 0xE6, 0xB1], 1..<3),
            ("cut after three of four", [0xF0, 0x9F, 0x91], 0..<3),
            ("interrupted", [0xE6, 0xB1, 0x61], 0..<2),
        ] as [(String, [UInt8], Range<Int>)])
    func flaws(mistake: String, bytes: [UInt8], flaw: Range<Int>) {
        #expect(UTF8Check.firstFlaw(in: bytes.span) == flaw, "\(mistake)")
        #expect(!isValid(bytes), "\(mistake)")
        // The place is told from the start of the input, wherever the search began.
        let longer = Array("ok 汉字 and more than sixteen bytes".utf8) + bytes
        let start = longer.count - bytes.count
        let moved = (flaw.lowerBound + start)..<(flaw.upperBound + start)
        #expect(UTF8Check.firstFlaw(in: longer.span) == moved, "\(mistake)")
        #expect(UTF8Check.firstFlaw(in: longer.span, from: start) == moved, "\(mistake)")
    }

    @Test("random bytes are valid exactly if decoding them to a String changes nothing")
    func agreesWithString() {
        var random = SplitMix64(seed: Seed.ofThisRun)
        // Few different bytes, so that sequences often come near to being valid.
        let bytes: [UInt8] = [0x41, 0x80, 0x9F, 0xA0, 0xBF, 0xC2, 0xE0, 0xE6, 0xED, 0xF0, 0xF4]
        for _ in 0..<20_000 {
            let text = (0..<random.below(7)).map { _ in bytes[random.below(bytes.count)] }
            let survives = Array(String(decoding: text, as: UTF8.self).utf8) == text
            #expect(isValid(text) == survives, "\(text): \(Seed.note)")
        }
    }
}
