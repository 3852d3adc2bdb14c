import Testing

@testable import Telemetry

@Suite("Names of metrics")
struct MetricKindTests {
    @Test(
        "names that promtool accepts are accepted",
        arguments: [
            (MetricKind.counter, "weir_events_total"), (.gauge, "weir_connections_open"),
            (.histogram, "weir_append_seconds"), (.gauge, "process_resident_memory_bytes"),
            (.counter, "process_cpu_seconds_total"),
        ])
    func good(_ kind: MetricKind, _ name: String) {
        #expect(kind.problem(name: name, help: "Help.", labels: ["endpoint"]) == nil)
    }

    @Test(
        "names that promtool complains about are refused",
        arguments: [
            (MetricKind.counter, "weir_events"), (.gauge, "weir_connections_total"), (.histogram, "weir_append"),
            (.histogram, "weir_append_ms"), (.gauge, "weir_lag_milliseconds"), (.gauge, "weir_gauge_open"),
            (.gauge, "weirConnections"), (.gauge, "weir-connections"), (.gauge, "9lives"), (.gauge, ""),
            (.gauge, "weir_open_count"), (.histogram, "weir_append_seconds_total"),
        ])
    func bad(_ kind: MetricKind, _ name: String) {
        #expect(kind.problem(name: name, help: "Help.", labels: []) != nil)
    }

    @Test("a metric needs a help text, and labels that are names and not the format's own")
    func helpAndLabels() {
        #expect(MetricKind.gauge.problem(name: "weir_open", help: "", labels: []) != nil)
        for label in ["le", "quantile", "", "a-b", "Upper"] {
            #expect(MetricKind.gauge.problem(name: "weir_open", help: "Help.", labels: [label]) != nil)
        }
    }
}
