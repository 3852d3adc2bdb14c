import Codec
import TestBasics
import Testing

@Suite struct XMLPropertyTests {
    static let sample = Array(
        """
        <?xml version="1.0"?><xml a='1'><!-- c --><ToUserName><![CDATA[ww汉字]]></ToUserName>
        <Count>1&lt;2&#x41;</Count><PicList><item><x/></item></PicList><PicList/></xml>
        """.utf8)

    @Test("a damaged document is refused, or its tags are balanced and its text is text")
    func mutations() {
        var random = SplitMix64(seed: Seed.ofThisRun)
        let telling = Array("<>/!?[]CDATA-&;#x1='\" am".utf8) + [0xE6, 0x80, 0xC0, 0x00]
        var acceptedCount = 0
        for _ in 0..<8_000 {
            let bytes = random.mutated(Self.sample, with: telling)
            var scanner = XMLScanner(bytes.span)
            var (tagCount, endCount, textSize) = (0, 0, 0)
            do throws(CodecError) {
                reading: while true {
                    switch try scanner.next() {
                    case .startTag: tagCount += 1
                    case .endTag: endCount += 1
                    case .text(let text):
                        var decoded: [UInt8] = []
                        scanner.append(text, to: &decoded)
                        textSize += decoded.count
                        let (isText, depth) = (UTF8Check.isValid(decoded.span), scanner.depth)
                        #expect(isText && depth > 0, "\(Seed.note)")
                        if !text.hasReferences { #expect(decoded == Array(bytes[text.range]), "\(Seed.note)") }
                    case .end: break reading
                    }
                }
            } catch {
                #expect(0...bytes.count ~= error.offset, "\(Seed.note)")
                continue
            }
            acceptedCount += 1
            #expect(tagCount == endCount && tagCount > 0 && textSize < bytes.count, "\(Seed.note)")
        }
        // Else the damage is so great that nothing but the first check is tested.
        #expect(acceptedCount > 100, "\(Seed.note)")
    }

    @Test("any text survives being written with references or as CDATA")
    func roundTrip() throws {
        var random = SplitMix64(seed: Seed.ofThisRun)
        let letters: [Unicode.Scalar] = ["<", ">", "&", "]", "[", "!", "a", ";", "\n", "汉", "👍", "\u{1d}", "\""]
        for _ in 0..<2_000 {
            let scalars = (0..<random.below(12)).map { _ in letters[random.below(letters.count)] }
            let text = String(String.UnicodeScalarView(scalars))
            let references = scalars.map { "&#\($0.value);" }.joined()
            // Two sections wherever one would end early.
            var sections = ""
            for (index, scalar) in scalars.enumerated() {
                if index > 0, scalars[index - 1] == "]" { sections += "]]><![CDATA[" }
                sections.unicodeScalars.append(scalar)
            }
            #expect(try tokens("<a>\(references)</a>").dropFirst().dropLast().joined() == text, "\(Seed.note)")
            #expect(
                try tokens("<a><![CDATA[\(sections)]]></a>").dropFirst().dropLast().joined() == text, "\(Seed.note)")
        }
    }
}
