// Ids of stream entries as text: what Redis writes is read, and nothing else.

import Redis
import Testing

@Suite struct StreamIDTests {
    @Test(arguments: ["0-0", "1700000000000-12", "18446744073709551615-18446744073709551615"])
    func whatRedisWritesIsRead(_ text: String) {
        #expect(StreamID(text)?.description == text)
    }

    @Test(arguments: [
        "", "-", "1-", "-1", "1", "1-2-3", "a-1", "1-a", "+1-1", "1--1", " 1-1", "1-1 ", "18446744073709551616-0",
        "0-18446744073709551616", "99999999999999999999-1", "1\u{0}-1", "١-١",
    ])
    func anythingElseIsRefused(_ text: String) {
        #expect(StreamID(text) == nil)
    }
}
