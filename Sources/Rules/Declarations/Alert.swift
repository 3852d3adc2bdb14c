// An alert raised by a metric: when it passes its threshold, and stays there.

package struct Alert: Equatable, Sendable {
    package enum Comparison: String, Sendable {
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    package var name: String
    package var metric: AlertMetric
    package var comparison: Comparison
    /// In the metric's own unit: seconds, a fraction of one, or a count.
    package var threshold: Double
    /// How long the comparison must hold before the alert is raised; zero raises it at once.
    package var duration: Duration
    package var level: AlertLevel
}

/// What an alert may watch: the one table of alert metrics. A name in it is a promise to the users' rule files.
package enum AlertMetric: String, CaseIterable, Sendable {
    case accountOfflineDuration = "account.offline_duration"
    case accountOnlineRate = "account.online_rate"
    case accountLoginSuccessRate = "account.login_success_rate"
    case messageFailureRate = "message.failure_rate"
    case messageSendDelay = "message.send_delay"
    case callbackRefusedRate = "callback.refused_rate"
    case webhookFailureRate = "webhook.failure_rate"
    case webhookDeadLetters = "webhook.dead_letters"
    case apiResponseTime = "api.response_time"
    case apiErrorRate = "api.error_rate"
    case queuePendingCount = "queue.pending_count"
    case queueDelay = "queue.delay"

    enum Unit: String {
        case duration = "a duration, such as `5m`"
        case percent = "a percentage, such as `1%`"
        case count = "a whole number, such as `1_000`"
    }

    var unit: Unit {
        switch self {
        case .accountOfflineDuration, .messageSendDelay, .apiResponseTime, .queueDelay: .duration
        case .accountOnlineRate, .accountLoginSuccessRate, .messageFailureRate, .callbackRefusedRate,
            .webhookFailureRate, .apiErrorRate:
            .percent
        case .webhookDeadLetters, .queuePendingCount: .count
        }
    }

    static var names: [String] { allCases.map(\.rawValue) }
}
