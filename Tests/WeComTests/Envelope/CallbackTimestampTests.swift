import Testing

@testable import WeCom

@Suite struct CallbackTimestampTests {
    private func judge(_ text: String, now: Int64 = 1_700_000_000, tolerance: Int64? = 600) -> CallbackTimestamp {
        CallbackTimestamp.judge(Array(text.utf8).span, now: now, tolerance: tolerance)
    }

    @Test("within the tolerance either way is fresh, one second more is not")
    func window() {
        #expect(judge("1700000000") == .fresh)
        #expect(judge("1699999400") == .fresh)
        #expect(judge("1699999399") == .stale(seconds: 601))
        #expect(judge("1700000600") == .fresh)
        #expect(judge("1700000601") == .ahead(seconds: 601))
        #expect(judge("0") == .stale(seconds: 1_700_000_000))
    }

    @Test("without a tolerance any age will do, but not any text")
    func off() {
        #expect(judge("1", tolerance: nil) == .fresh)
        #expect(judge("x", tolerance: nil) == .malformed)
    }

    @Test(
        "what is not a short decimal number is malformed",
        arguments: ["", " 1700000000", "-1", "+1", "1.5", "1700000000 ", "１７", "9999999999999", "0x10"])
    func malformed(text: String) {
        #expect(judge(text) == .malformed)
    }

    @Test("clocks at their limits do not overflow", arguments: [Int64.min, .min + 1, -1, 0, .max])
    func limits(now: Int64) {
        for text in ["0", "1", "999999999999"] {
            for tolerance in [0, 600, Int64.max] { _ = judge(text, now: now, tolerance: tolerance) }
        }
        #expect(judge("1", now: .min) == .malformed)
        #expect(judge("0", now: .min) == .ahead(seconds: .max))
    }
}
