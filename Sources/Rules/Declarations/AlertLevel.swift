// How urgent an alert is; `notify` says which channels hear of which level.

package enum AlertLevel: String, CaseIterable, Sendable {
    case info
    case warning
    case critical

    static var names: [String] { allCases.map(\.rawValue) }
}
