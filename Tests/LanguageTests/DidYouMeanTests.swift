import Testing

@testable import Language

@Suite("didYouMean")
struct DidYouMeanTests {
    @Test("a slip of the keyboard is guessed")
    func slips() {
        let words = ["when", "to", "stop", "content.text", "content.kind"]
        #expect(didYouMean("wehn", among: words) == "when")
        #expect(didYouMean("content.txt", among: words) == "content.text")
        #expect(didYouMean("STOP", among: words) == "stop")
    }

    @Test("what is far from everything is not guessed")
    func nothingNear() {
        #expect(didYouMean("webhooks", among: ["when", "to", "stop"]) == nil)
        #expect(didYouMean("", among: ["a"]) == nil)
        #expect(didYouMean(String(repeating: "a", count: 100_000), among: ["a"]) == nil)
    }

    @Test("the distance counts insertions, deletions, replacements and swaps")
    func distance() {
        func distance(_ a: String, _ b: String) -> Int {
            editDistance(Array(a.unicodeScalars), Array(b.unicodeScalars))
        }
        #expect(distance("when", "wehn") == 1)
        #expect(distance("kitten", "sitting") == 3)
        #expect(distance("", "abc") == 3)
        #expect(distance("退款", "退货款") == 1)
    }
}
