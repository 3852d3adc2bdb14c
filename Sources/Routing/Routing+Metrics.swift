// What routing counts.

package import Telemetry

package struct RoutingMetrics: Sendable {
    enum Target: String, MetricLabel {
        case webhooks, accounts, outbound, alerts, unroutable
    }

    let events: Counter
    let entries: LabelledCounter<Target>
    let unmatched: Counter
    let shadowMatches: Counter
    let batchSeconds: Histogram
    let waitSeconds: Histogram

    package init(_ registry: MetricsRegistry) {
        events = registry.counter("weir_routed_events_total", "Events that were routed.")
        entries = registry.counters(
            "weir_routed_entries_total", "Entries appended to target streams, by target.", by: Target.self, as: "target"
        )
        unmatched = registry.counter(
            "weir_routed_nowhere_total", "Events that no target took: dropped, or not subscribed.")
        shadowMatches = registry.counter(
            "weir_routing_shadow_matches_total", "Matches of routes in shadow, whose targets were not run.")
        batchSeconds = registry.histogram(
            "weir_routing_batch_seconds", "From reading a batch of one partition to its commit.")
        waitSeconds = registry.histogram(
            "weir_routing_wait_seconds", "From the append of an event to the commit of its routing.")
    }
}
