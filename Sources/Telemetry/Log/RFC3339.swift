// A time as `2026-11-23T22:33:00.123Z`: UTC, always three digits of milliseconds, so that lines sort as text.

package enum RFC3339 {
    /// Times outside the years 0000–9999 are clamped: the format has four digits for the year.
    package static func string(sinceEpoch time: Duration) -> String {
        var (second, attoseconds) = time.components
        second = min(max(second, secondsMin), secondsMax)
        if attoseconds < 0, second > secondsMin {  // before 1970: round down, as after it
            second -= 1
            attoseconds += 1_000_000_000_000_000_000
        }
        let millisecond = max(0, attoseconds) / 1_000_000_000_000_000

        let day = (second >= 0 ? second : second - 86_399) / 86_400
        let ofDay = second - day * 86_400
        let date = CivilDate(daysSinceEpoch: day)
        return "\(digits(date.year, 4))-\(digits(date.month, 2))-\(digits(date.day, 2))"
            + "T\(digits(ofDay / 3600, 2)):\(digits(ofDay / 60 % 60, 2)):\(digits(ofDay % 60, 2))"
            + ".\(digits(millisecond, 3))Z"
    }

    private static let secondsMin: Int64 = -62_167_219_200  // 0000-01-01T00:00:00Z
    private static let secondsMax: Int64 = 253_402_300_799  // 9999-12-31T23:59:59Z

    private static func digits(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

/// A date of the proleptic Gregorian calendar. The arithmetic counts years from 1 March, so that the leap day is the
/// last of its year and the months' lengths follow one line (Howard Hinnant, "chrono-compatible date algorithms").
private struct CivilDate {
    let year: Int64
    let month: Int64
    let day: Int64

    init(daysSinceEpoch: Int64) {
        let shifted = daysSinceEpoch + 719_468  // days from 0000-03-01 to 1970-01-01
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097  // 400 years have 146,097 days
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
