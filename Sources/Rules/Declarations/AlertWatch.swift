// Whether an alert on a metric is raised: its comparison has held, without a break, for as long as the alert says. The caller has
// the clock and the values; one watch for each series of the metric.

package import Events

package struct AlertWatch: Sendable {
    package let alert: Alert
    /// Since when the comparison has held.
    private var since: Timestamp?

    package init(_ alert: Alert) { self.alert = alert }

    /// The metric has this value from now on; nil when it has none.
    package mutating func observe(_ value: Double?, at time: Timestamp) {
        guard let value, alert.holds(value) else {
            since = nil
            return
        }
        since = since ?? time
    }

    package func isRaised(at time: Timestamp) -> Bool {
        guard let since else { return false }
        return .milliseconds(time.milliseconds - since.milliseconds) >= alert.duration
    }
}

extension Alert {
    fileprivate func holds(_ value: Double) -> Bool {
        switch comparison {
        case .less: value < threshold
        case .lessOrEqual: value <= threshold
        case .greater: value > threshold
        case .greaterOrEqual: value >= threshold
        }
    }
}
