// A moment as records carry it: milliseconds since 1970, UTC, written in RFC 3339. It comes from a clock that is passed in
// or from what a vendor wrote, never from here.

package struct Timestamp: Hashable, Sendable {
    package let milliseconds: Int64

    /// Nil outside of the years 1970 to 9999: before is a broken clock, after has no RFC 3339 form.
    package init?(milliseconds: Int64) {
        guard (0...Self.millisecondsMax).contains(milliseconds) else { return nil }
        self.milliseconds = milliseconds
    }

    package init?(seconds: Int64) {
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return nil }
        self.init(milliseconds: milliseconds)
    }

    package static let epoch = Timestamp(unchecked: 0)

    /// The last millisecond of 9999.
    private static let millisecondsMax: Int64 = 253_402_300_799_999

    private init(unchecked milliseconds: Int64) { self.milliseconds = milliseconds }
}

extension Timestamp: Comparable {
    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

extension Timestamp: CustomStringConvertible {
    package var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
