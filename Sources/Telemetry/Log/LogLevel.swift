// How urgent a log line is. `log { level … }` of weir.conf names one of these; lines below it cost one comparison.

package enum LogLevel: String, CaseIterable, Sendable, Comparable {
    case debug, info, warning, error

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    /// What the shared threshold stores, so that a reload can change it under running loops.
    var rank: UInt8 {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}
