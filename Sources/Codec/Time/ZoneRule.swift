// How a zone's clocks change after the last change that its file lists: the text of POSIX' TZ variable, such as
// `CET-1CEST,M3.5.0,M10.5.0/3`, with the additions of RFC 9636 section 3.3.1.

struct ZoneRule: Hashable, Sendable {
    /// Seconds ahead of UTC.
    private let standard: Int
    private let summer: Summer?

    private struct Summer: Hashable {
        let offset: Int
        let start: Change
        let end: Change
    }

    /// A day of each year, and seconds from its local midnight.
    private struct Change: Hashable {
        enum Day: Hashable {
            /// 1 to 365; 29 February is never counted.
            case julian(Int)
            /// 0 to 365.
            case ofYear(Int)
            /// The week's day (0 is Sunday) of a month, 1st to 4th, or the last (5).
            case ofMonth(month: Int, week: Int, weekday: Int)
        }

        let day: Day
        let time: Int
    }

    /// Nil if the text is no such rule.
    init?(_ text: Span<UInt8>) {
        var reader = ZoneRuleReader(text)
        guard reader.skipName(), let west = reader.offset() else { return nil }
        standard = -west
        if reader.isAtEnd {
            summer = nil
            return
        }
        guard reader.skipName() else { return nil }
        var offset = -west + 3600
        if !reader.isNext(",") {
            guard let west = reader.offset() else { return nil }
            offset = -west
        }
        guard let start = Self.change(&reader), let end = Self.change(&reader), reader.isAtEnd else { return nil }
        summer = Summer(offset: offset, start: start, end: end)
    }

    private static func change(_ reader: inout ZoneRuleReader) -> Change? {
        guard reader.accept(",") else { return nil }
        let day: Change.Day
        if reader.accept("M") {
            guard let month = reader.number(in: 1...12), reader.accept("."), let week = reader.number(in: 1...5),
                reader.accept("."), let weekday = reader.number(in: 0...6)
            else { return nil }
            day = .ofMonth(month: month, week: week, weekday: weekday)
        } else if reader.accept("J") {
            guard let number = reader.number(in: 1...365) else { return nil }
            day = .julian(number)
        } else {
            guard let number = reader.number(in: 0...365) else { return nil }
            day = .ofYear(number)
        }
        guard reader.accept("/") else { return Change(day: day, time: 2 * 3600) }
        guard let time = reader.offset() else { return nil }
        return Change(day: day, time: time)
    }

    func offset(at seconds: Int64) -> Int {
        guard let summer else { return standard }
        // A change lies at most a week outside of its year, so the year by standard time has the last one before `seconds`,
        // or the year before has.
        let year = Self.year(ofDay: (seconds + Int64(standard)).flooring(by: 86_400))
        var latest = (at: Int64.min, offset: standard)
        for year in year - 1...year + 1 {
            let start = Self.seconds(of: summer.start, in: year) - Int64(standard)
            let end = Self.seconds(of: summer.end, in: year) - Int64(summer.offset)
            // Of two changes at one instant, as a zone without winter writes them, summer begins.
            for (at, offset) in [(end, standard), (start, summer.offset)] where at <= seconds && at >= latest.at {
                latest = (at, offset)
            }
        }
        return latest.offset
    }

    /// From 1970-01-01T00:00 on the local clock.
    private static func seconds(of change: Change, in year: Int64) -> Int64 {
        let newYear = days(before: year)
        let leap = isLeap(year)
        let day: Int64
        switch change.day {
        case .julian(let number): day = newYear + Int64(number - 1) + (leap && number >= 60 ? 1 : 0)
        case .ofYear(let number): day = newYear + Int64(number)
        case .ofMonth(let month, let week, let weekday):
            let lengths: [Int64] = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            let first = newYear + lengths.prefix(month - 1).reduce(0, +)
            // 1 January 1970 was a Thursday.
            let firstWeekday = ((first + 4) % 7 + 7) % 7
            var place = (Int64(weekday) - firstWeekday + 7) % 7 + 7 * Int64(week - 1)
            while place >= lengths[month - 1] { place -= 7 }
            day = first + place
        }
        return day * 86_400 + Int64(change.time)
    }

    private static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// Days from 1970 to the first of the year.
    private static func days(before year: Int64) -> Int64 {
        let passed = year - 1
        func leaps(_ year: Int64) -> Int64 {
            year.flooring(by: 4) - year.flooring(by: 100) + year.flooring(by: 400)
        }
        return (year - 1970) * 365 + leaps(passed) - leaps(1969)
    }

    private static func year(ofDay day: Int64) -> Int64 {
        // 400 years have 146,097 days, so this is right or one off.
        var year = 1970 + (day * 400).flooring(by: 146_097)
        while days(before: year) > day { year -= 1 }
        while days(before: year + 1) <= day { year += 1 }
        return year
    }
}

private struct ZoneRuleReader: ~Escapable {
    private let text: Span<UInt8>
    private var position = 0

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) { self.text = text }

    var isAtEnd: Bool { position == text.count }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    func isNext(_ character: Unicode.Scalar) -> Bool { next == UInt8(ascii: character) }

    @_lifetime(self: copy self)
    mutating func accept(_ character: Unicode.Scalar) -> Bool {
        guard isNext(character) else { return false }
        position += 1
        return true
    }

    /// Three letters or more, or anything in `< >`.
    @_lifetime(self: copy self)
    mutating func skipName() -> Bool {
        if accept("<") {
            while let byte = next, byte != UInt8(ascii: ">") { position += 1 }
            return accept(">")
        }
        let start = position
        while let byte = next, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) { position += 1 }
        return position - start >= 3
    }

    @_lifetime(self: copy self)
    mutating func number(in range: ClosedRange<Int>) -> Int? {
        var value = 0
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), position - start < 4 {
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            position += 1
        }
        return position > start && range.contains(value) ? value : nil
    }

    /// `[+|-]hh[:mm[:ss]]` in seconds. Up to a week (RFC 9636), which POSIX does not have.
    @_lifetime(self: copy self)
    mutating func offset() -> Int? {
        let isNegative = accept("-")
        if !isNegative { _ = accept("+") }
        guard var seconds = number(in: 0...167).map({ $0 * 3600 }) else { return nil }
        for unit in [60, 1] {
            guard accept(":") else { break }
            guard let count = number(in: 0...59) else { return nil }
            seconds += count * unit
        }
        return isNegative ? -seconds : seconds
    }
}
