// Moments as text. Written always as `2026-11-23T22:33:00.123Z`, so that they sort as text; read with any offset and any
// number of digits of a second.

extension Timestamp {
    package func append(to bytes: inout [UInt8]) {
        let (days, inDay) = milliseconds.quotientAndRemainder(dividingBy: Self.millisecondsPerDay)
        let date = CivilDate(daysSince1970: days)
        bytes.append(twoDigits: date.year / 100)
        bytes.append(twoDigits: date.year % 100)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(twoDigits: date.month)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(twoDigits: date.day)
        bytes.append(UInt8(ascii: "T"))
        bytes.append(twoDigits: inDay / 3_600_000)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(twoDigits: inDay / 60_000 % 60)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(twoDigits: inDay / 1000 % 60)
        bytes.append(UInt8(ascii: "."))
        bytes.append(twoDigits: inDay % 1000 / 10)
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: inDay % 10))
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Nil when the text is not RFC 3339 or the moment has no `Timestamp`. Leap seconds are refused: nothing that sends
    /// to Weir writes them, and the clocks it compares with do not have them.
    package init?(rfc3339 text: Span<UInt8>) {
        var cursor = DigitCursor(text)
        guard let year = cursor.number(width: 4), cursor.skip("-"),
            let month = cursor.number(width: 2), cursor.skip("-"),
            let day = cursor.number(width: 2), cursor.skip("T", or: "t"),
            let hour = cursor.number(width: 2), hour < 24, cursor.skip(":"),
            let minute = cursor.number(width: 2), minute < 60, cursor.skip(":"),
            let second = cursor.number(width: 2), second < 60,
            let fraction = cursor.milliseconds(),
            let offset = cursor.offsetMinutes(), cursor.isAtEnd,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        // At most 3,652,059 days: far from overflow.
        let minutes = date.daysSince1970 * 1440 + hour * 60 + minute - offset
        self.init(milliseconds: (minutes * 60 + second) * 1000 + fraction)
    }

    package init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        self.init(rfc3339: bytes.span)
    }

    private static let millisecondsPerDay: Int64 = 86_400_000
}

extension [UInt8] {
    /// - number: below 100.
    fileprivate mutating func append(twoDigits number: Int64) {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}

/// Reads numbers of fixed width from the front of a text.
private struct DigitCursor: ~Escapable {
    private let text: Span<UInt8>
    private var index = 0

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) { self.text = text }

    var isAtEnd: Bool { index == text.count }

    mutating func number(width: Int) -> Int64? {
        guard text.count - index >= width else { return nil }
        var number: Int64 = 0
        for _ in 0..<width {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    mutating func skip(_ character: Unicode.Scalar, or other: Unicode.Scalar? = nil) -> Bool {
        guard index < text.count else { return false }
        let scalar = Unicode.Scalar(text[index])
        guard scalar == character || scalar == other else { return false }
        index += 1
        return true
    }

    /// What stands behind the second's point, if there is one; digits after the third are cut off.
    mutating func milliseconds() -> Int64? {
        guard skip(".") else { return 0 }
        var milliseconds: Int64 = 0
        var weight: Int64 = 100
        guard let first = digit() else { return nil }
        milliseconds = first * weight
        while let digit = digit() {
            weight /= 10
            milliseconds += digit * weight
        }
        return milliseconds
    }

    /// `Z` or `+08:00`.
    mutating func offsetMinutes() -> Int64? {
        if skip("Z", or: "z") { return 0 }
        let isEast = skip("+")
        guard isEast || skip("-"), let hours = number(width: 2), hours < 24, skip(":"),
            let minutes = number(width: 2), minutes < 60
        else { return nil }
        return (isEast ? 1 : -1) * (hours * 60 + minutes)
    }

    private mutating func digit() -> Int64? {
        guard index < text.count else { return nil }
        let byte = text[index]
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        index += 1
        return Int64(byte - UInt8(ascii: "0"))
    }
}
