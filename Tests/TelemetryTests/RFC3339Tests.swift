import Testing

@testable import Telemetry

@Suite("RFC 3339 times")
struct RFC3339Tests {
    @Test(
        "known instants have their known spelling",
        arguments: [
            (Duration.zero, "1970-01-01T00:00:00.000Z"),
            (.milliseconds(-1), "1969-12-31T23:59:59.999Z"),
            (.nanoseconds(-1), "1969-12-31T23:59:59.999Z"),
            (.seconds(-1), "1969-12-31T23:59:59.000Z"),
            (.seconds(951_782_399), "2000-02-28T23:59:59.000Z"),
            (.seconds(951_782_400), "2000-02-29T00:00:00.000Z"),
            (.seconds(1_709_164_800), "2024-02-29T00:00:00.000Z"),
            (.seconds(1_795_473_180) + .milliseconds(7), "2026-11-23T22:33:00.007Z"),
            (.seconds(4_107_542_399), "2100-02-28T23:59:59.000Z"),
            (.seconds(4_107_542_400), "2100-03-01T00:00:00.000Z"),
        ] as [(Duration, String)])
    func knownInstants(_ time: Duration, _ expected: String) {
        #expect(RFC3339.string(sinceEpoch: time) == expected)
    }

    @Test("times outside the years 0 to 9999 are clamped instead of growing a digit")
    func clamped() {
        #expect(RFC3339.string(sinceEpoch: .seconds(Int64.max)).hasPrefix("9999-12-31T23:59:59"))
        #expect(RFC3339.string(sinceEpoch: .seconds(Int64.min)).hasPrefix("0000-01-01T00:00:00"))
    }

    @Test("every day from 1900 to 2200 follows the one before it")
    func consecutiveDays() {
        var year = 1900
        var month = 1
        var day = 1
        var seconds: Int64 = -2_208_988_800  // 1900-01-01
        while year < 2200 {
            let expected = "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)T12:34:56.000Z"
            let shown = RFC3339.string(sinceEpoch: .seconds(seconds + 45_296))
            if shown != expected { Issue.record("\(shown) instead of \(expected)") }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[month - 1] { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
            seconds += 86_400
        }
    }

    @Test("the wall clock is past the day this was written")
    func wallClock() {
        #expect(WallClock.now() > .seconds(1_700_000_000))
    }
}
