// How often something may happen: `100 per second`. Quotas of the rule file and limits of weir.conf are written so.

package struct Rate: Hashable, Sendable {
    package enum Period: String, CaseIterable, Sendable {
        case second
        case minute
        case hour
        case day

        package var duration: Duration {
            switch self {
            case .second: .seconds(1)
            case .minute: .seconds(60)
            case .hour: .seconds(3600)
            case .day: .seconds(86_400)
            }
        }
    }

    /// So many in each period, and so many at once after a period without any.
    package var count: Int
    package var period: Period

    package init(count: Int, period: Period) {
        self.count = count
        self.period = period
    }
}

extension Rate: CustomStringConvertible {
    package var description: String { "\(count) per \(period.rawValue)" }
}

extension Cursor {
    /// `COUNT per second | minute | hour | day`
    package mutating func rate(_ what: String, count range: ClosedRange<Int>) throws(Reported) -> Located<Rate> {
        let count = try integer(what, in: range)
        try expect("per")
        let period = try choice("a period", among: Rate.Period.allCases.map(\.rawValue))
        return Located(
            Rate(count: count.value, period: Rate.Period(rawValue: period.value) ?? .second),
            at: count.range.through(period.range))
    }
}
