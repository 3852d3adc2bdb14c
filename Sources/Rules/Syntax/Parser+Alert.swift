// Alerts: metrics that are watched.

import Language

extension Parser {
    /// An alert is raised when its comparison has held for the given time, and resolved when it no longer does.
    ///
    ///     alert "NAME" { when METRIC < | <= | > | >= VALUE [for DURATION]   [level LEVEL] }
    ///
    ///     alert "send failures" { when message.failure_rate > 1% for 2m   level warning }
    func alert(_ cursor: inout Cursor) throws(Reported) -> Located<Alert> {
        let name = try cursor.name("the name of an alert")
        var condition: (metric: AlertMetric, comparison: Alert.Comparison, threshold: Double, duration: Duration)?
        var level = AlertLevel.warning
        let isSound = try cursor.block(of: "alert \"\(name.value)\"", once: Vocabulary.alert) {
            cursor, clause throws(Reported) in
            if clause.value == "when" {
                condition = try alertCondition(&cursor)
            } else {
                level = try self.level(&cursor).value
            }
        }
        guard let condition else {
            if !isSound { throw cursor.reported }
            throw cursor.error(
                "alert \"\(name.value)\" has no `when`", at: name.range,
                hint: "alerts raised by events are targets of routes: `to alert \"\(name.value)\"`")
        }
        let alert = Alert(
            name: name.value, metric: condition.metric, comparison: condition.comparison,
            threshold: condition.threshold, duration: condition.duration, level: level)
        return Located(alert, at: name.range)
    }

    private func alertCondition(
        _ cursor: inout Cursor
    ) throws(Reported) -> (AlertMetric, Alert.Comparison, Double, Duration) {
        let word = try cursor.choice("a metric", among: AlertMetric.names)
        guard let metric = AlertMetric(rawValue: word.value) else { throw cursor.reported }
        guard case .punctuation(let sign) = cursor.next.kind, let comparison = Alert.Comparison(rawValue: sign.rawValue)
        else { throw cursor.refuse("`<`, `<=`, `>` or `>=`") }
        cursor.take()
        let threshold = try Self.threshold(of: metric, &cursor)
        let duration = cursor.accept("for") == nil ? Duration.zero : try cursor.duration("a duration").value
        return (metric, comparison, threshold, duration)
    }

    /// A metric and a value of it, side by side.
    static func measure(_ cursor: inout Cursor) throws(Reported) -> (AlertMetric, Double) {
        let word = try cursor.choice("a metric", among: AlertMetric.names)
        guard let metric = AlertMetric(rawValue: word.value) else { throw cursor.reported }
        return (metric, try threshold(of: metric, &cursor))
    }

    private static func threshold(of metric: AlertMetric, _ cursor: inout Cursor) throws(Reported) -> Double {
        guard case .quantity(let quantity) = cursor.next.kind else { throw cursor.refuse(metric.unit.rawValue) }
        let value: Double
        switch (metric.unit, quantity) {
        case (.duration, .duration(let duration)): value = duration / .seconds(1)
        case (.percent, .percent(let fraction)): value = fraction
        case (.count, .integer(let count)): value = Double(count)
        default:
            throw cursor.error(
                "`\(metric.rawValue)` is compared with \(metric.unit.rawValue); this is \(quantity.noun)",
                at: cursor.next.range)
        }
        cursor.take()
        return value
    }
}
