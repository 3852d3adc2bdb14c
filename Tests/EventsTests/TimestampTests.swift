import TestBasics
import Testing

@testable import Events

struct TimestampTests {
    @Test(
        "moments are written as RFC 3339 and read back",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_409_659_813_000, "2014-09-02T12:10:13.000Z"),
            (1_709_251_199_000, "2024-02-29T23:59:59.000Z"),
            (1_795_473_180_123, "2026-11-23T22:33:00.123Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (4_294_967_296_000, "2106-02-07T06:28:16.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func knownMoments(milliseconds: Int64, text: String) throws {
        let moment = try #require(Timestamp(milliseconds: milliseconds))
        #expect(moment.description == text)
        #expect(Timestamp(rfc3339: text) == moment)
    }

    @Test("every day until 2400 is the day after the day before")
    func everyDay() {
        var date = (year: Int64(1970), month: Int64(1), day: Int64(1))
        for days in Int64(0)..<157_054 {
            let civil = CivilDate(daysSince1970: days)
            guard civil == CivilDate(year: date.year, month: date.month, day: date.day), civil.daysSince1970 == days
            else {
                Issue.record("day \(days) is \(civil), not \(date)")
                return
            }
            // The naive twin: a calendar that counts on.
            let isLeap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0)
            let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            date.day += 1
            if date.day > lengths[Int(date.month) - 1] { (date.day, date.month) = (1, date.month + 1) }
            if date.month > 12 { (date.month, date.year) = (1, date.year + 1) }
        }
        #expect(date == (2400, 1, 1))
    }

    @Test("random moments survive their text, and texts sort as the moments do", arguments: [UInt64(1), 2, 3])
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var previous = Timestamp.epoch
        for _ in 0..<2000 {
            let moment = try #require(Timestamp(milliseconds: .random(in: 0...253_402_300_799_999, using: &random)))
            #expect(Timestamp(rfc3339: moment.description) == moment, "seed \(seed)")
            #expect((previous < moment) == (previous.description < moment.description), "seed \(seed)")
            previous = moment
        }
    }

    @Test(
        "offsets, short and long fractions and small letters are read",
        arguments: [
            ("2026-11-24T06:33:00.123+08:00", "2026-11-23T22:33:00.123Z"),
            ("2026-11-23T17:03:00-05:30", "2026-11-23T22:33:00.000Z"),
            ("2026-11-23t22:33:00.1z", "2026-11-23T22:33:00.100Z"),
            ("2026-11-23T22:33:00.123999999999999999999999Z", "2026-11-23T22:33:00.123Z"),
            ("1970-01-01T08:00:00+08:00", "1970-01-01T00:00:00.000Z"),
        ])
    func variants(text: String, canonical: String) {
        #expect(Timestamp(rfc3339: text)?.description == canonical)
    }

    @Test(
        "what is no moment is refused",
        arguments: [
            "", "2026", "2026-11-23", "2026-11-23T22:33Z", "2026-11-23T22:33:00", "2026-11-23 22:33:00Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T22:60:00Z", "2026-11-23T22:33:60Z",
            "2026-11-23T22:33:00.Z", "2026-11-23T22:33:00+0800", "2026-11-23T22:33:00+24:00",
            "2026-11-23T22:33:00Z ", " 2026-11-23T22:33:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00Z", "+026-11-23T22:33:00Z", "２026-11-23T22:33:00Z",
        ])
    func refused(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("seconds and milliseconds outside of the calendar are refused")
    func outside() {
        #expect(Timestamp(milliseconds: -1) == nil)
        #expect(Timestamp(milliseconds: 253_402_300_800_000) == nil)
        #expect(Timestamp(seconds: .max) == nil)
        #expect(Timestamp(seconds: .min) == nil)
        #expect(Timestamp(seconds: 253_402_300_799)?.description == "9999-12-31T23:59:59.000Z")
    }
}

struct CivilDateTests {
    @Test("a date is text and back, in the order of the calendar")
    func text() throws {
        var last: CivilDate?
        for day in Int64(-2)...40_000 {
            let date = CivilDate(daysSince1970: day)
            #expect(CivilDate(date.description) == date && date.daysSince1970 == day)
            if let last { #expect(last < date && last.description < date.description) }
            last = date
        }
        #expect(CivilDate(daysSince1970: 20_781).description == "2026-11-24")
    }

    @Test(
        "anything else is no date",
        arguments: ["", "2026-02-29", "2026-13-01", "2026-1-01", "2026-01-011", "2026/01/01", "+026-01-01", "２０26-01"])
    func refused(text: String) {
        #expect(CivilDate(text) == nil)
    }
}
