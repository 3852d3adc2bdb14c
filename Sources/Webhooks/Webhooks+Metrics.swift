// What the delivery of webhooks counts.

package import Telemetry

package struct WebhookMetrics: Sendable {
    enum Result: String, MetricLabel {
        case delivered
        case failed
        case refused
    }

    let attempts: LabelledCounter<Result>
    let failures: LabelledCounter<FailureReason>
    let attemptSeconds: Histogram
    let deliverySeconds: Histogram
    let dead: Counter
    let parked: Counter
    let openings: Counter
    let disabled: Counter
    let underWay: Gauge
    let waiting: Gauge

    package init(_ registry: MetricsRegistry) {
        attempts = registry.counters(
            "weir_webhook_attempts_total", "Attempts to deliver, by how they ended.", by: Result.self, as: "result")
        failures = registry.counters(
            "weir_webhook_failures_total", "Attempts that failed or were refused, by reason.",
            by: FailureReason.self, as: "reason")
        attemptSeconds = registry.histogram(
            "weir_webhook_attempt_seconds", "Duration of an attempt, from connecting to the end of the answer.")
        deliverySeconds = registry.histogram(
            "weir_webhook_delivery_seconds", "From the routing of an event to its successful delivery.")
        dead = registry.counter(
            "weir_webhook_dead_letters_total", "Deliveries given up after their last attempt or by a refusal.")
        parked = registry.counter(
            "weir_webhook_parked_total", "Deliveries put off because the endpoint's queue in memory was full.")
        openings = registry.counter(
            "weir_webhook_breaker_openings_total",
            "Endpoints that began to fail so often that they get only probes, as this process saw it.")
        disabled = registry.counter(
            "weir_webhook_endpoints_disabled_total", "Endpoints that this process disabled for failing, or after a 410."
        )
        underWay = registry.gauge("weir_webhook_attempts_under_way", "Attempts under way now.")
        waiting = registry.gauge("weir_webhook_deliveries_in_memory", "Deliveries in memory, waiting or under way.")
    }
}
