// A stretch of the day, `23:00-07:00`, in minutes since midnight; it may pass midnight.

package struct ClockRange: Equatable, Sendable {
    package let startMinute: Int
    package let endMinute: Int

    /// Whether the minute of a day lies in the stretch; the end is outside of it.
    package func contains(minute: Int) -> Bool {
        startMinute < endMinute
            ? (startMinute..<endMinute).contains(minute) : minute >= startMinute || minute < endMinute
    }

    /// Reads `HH:MM-HH:MM`; nil when it is anything else. `24:00` is allowed as an end only.
    init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let start = Self.minute(ends[0]), let end = Self.minute(ends[1]) else { return nil }
        guard start < 24 * 60, end <= 24 * 60, start != end else { return nil }
        startMinute = start
        endMinute = end
    }

    private static func minute(_ text: Substring) -> Int? {
        let digits = Array(text.utf8)
        guard digits.count == 5, digits[2] == UInt8(ascii: ":") else { return nil }
        guard !text.contains("+"), let hour = Int(text.prefix(2)), let minute = Int(text.suffix(2)) else { return nil }
        guard (0...24).contains(hour), (0...59).contains(minute) else { return nil }
        return hour * 60 + minute
    }
}
