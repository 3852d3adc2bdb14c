// How old a callback is by its own timestamp. WeCom leaves this check to the receiver and repeats pushes minutes later, so
// the tolerance is wide, and a duplicate inside it is for the dedupe keys (WECOM.md 1.4, section 2).

import Codec

package enum CallbackTimestamp: Equatable, Sendable {
    case fresh
    /// Older than the tolerance allows.
    case stale(seconds: Int64)
    /// From the future by more than the tolerance: one of the two clocks is wrong.
    case ahead(seconds: Int64)
    /// Not a decimal number of seconds.
    case malformed

    /// Decimal digits that any timestamp of the next 30,000 years fits in; more are refused before they can overflow.
    private static let digitCountMax = 12

    /// `text` is the timestamp as received, `now` is in seconds since 1970, and so is `tolerance` (nil = any age will do).
    package static func judge(_ text: Span<UInt8>, now: Int64, tolerance: Int64?) -> CallbackTimestamp {
        guard (1...digitCountMax).contains(text.count), text[0] != UInt8(ascii: "-"),
            let stamp = ASCII.decimal(text)
        else { return .malformed }
        guard let tolerance else { return .fresh }
        let (age, overflow) = now.subtractingReportingOverflow(stamp)
        guard !overflow else { return .malformed }
        guard age.magnitude > tolerance.magnitude else { return .fresh }
        let seconds = Int64(clamping: age.magnitude)
        return age > 0 ? .stale(seconds: seconds) : .ahead(seconds: seconds)
    }
}

extension CallbackTimestamp: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fresh: "the timestamp is within the tolerance"
        case .stale(let seconds): "the timestamp is \(seconds) s old"
        case .ahead(let seconds): "the timestamp is \(seconds) s ahead of this host's clock"
        case .malformed: "the timestamp is not a decimal number of seconds"
        }
    }
}
