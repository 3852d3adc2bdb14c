import Synchronization
import TestBasics
import Testing

@testable import Telemetry

@Suite("Metrics")
struct MetricsTests {
    enum Outcome: String, MetricLabel { case delivered, failed }

    let registry = MetricsRegistry()

    @Test("the text has help, type and samples of each family, sorted by name")
    func wholeText() {
        let events = registry.counters(
            "weir_events_total", "Events appended.", by: Outcome.self, as: "outcome")
        let open = registry.gauge("weir_connections_open", "Open connections.")
        registry.gauge("weir_backlog_entries", "Entries waiting.", labels: ["partition": "0"]) { 2.5 }
        events[.delivered].increment(by: 3)
        open.add(5)
        open.subtract(1)
        #expect(
            registry.text() == """
                # HELP weir_backlog_entries Entries waiting.
                # TYPE weir_backlog_entries gauge
                weir_backlog_entries{partition="0"} 2.5
                # HELP weir_connections_open Open connections.
                # TYPE weir_connections_open gauge
                weir_connections_open 4
                # HELP weir_events_total Events appended.
                # TYPE weir_events_total counter
                weir_events_total{outcome="delivered"} 3
                weir_events_total{outcome="failed"} 0

                """)
    }

    @Test("a histogram's buckets are cumulative, its bounds inclusive, its sum in seconds")
    func histogramText() {
        let took = registry.histogram("weir_append_seconds", "Time of an append.", labels: ["loop": "0"])
        for elapsed: Duration in [.microseconds(50), .microseconds(51), .milliseconds(3), .seconds(11)] {
            took.observe(elapsed)
        }
        let lines = registry.text().split(separator: "\n").map(String.init)
        #expect(lines.contains(#"weir_append_seconds_bucket{loop="0",le="0.00005"} 1"#))
        #expect(lines.contains(#"weir_append_seconds_bucket{loop="0",le="0.0001"} 2"#))
        #expect(lines.contains(#"weir_append_seconds_bucket{loop="0",le="0.0025"} 2"#))
        #expect(lines.contains(#"weir_append_seconds_bucket{loop="0",le="0.005"} 3"#))
        #expect(lines.contains(#"weir_append_seconds_bucket{loop="0",le="10"} 3"#))
        #expect(lines.contains(#"weir_append_seconds_bucket{loop="0",le="+Inf"} 4"#))
        #expect(lines.contains(#"weir_append_seconds_sum{loop="0"} 11.003101"#))
        #expect(lines.contains(#"weir_append_seconds_count{loop="0"} 4"#))
        #expect(lines.count == 2 + 18 + 2)
    }

    @Test("a clock that was set back, or an absurd time, neither traps nor lowers the sum")
    func absurdTimes() {
        let took = registry.histogram("weir_append_seconds", "Time of an append.")
        took.observe(.seconds(-5))
        took.observe(.nanoseconds(-5))
        #expect(took.snapshot().sum == .zero)
        took.observe(.seconds(Int64.max))
        took.observe(.seconds(Int64.min))
        #expect(took.snapshot().count == 4)
        #expect(took.snapshot().cumulative[0] == 3)
    }

    @Test("buckets agree with a search through all bounds")
    func naiveTwin() {
        var random = SplitMix64(seed: 7)  // the seed of this run
        for _ in 0..<2000 {
            let nanoseconds = Int64(random.next() % 20_000_000_000) >> (random.next() % 30)
            let histogram = Histogram()
            histogram.observe(.nanoseconds(nanoseconds))
            let expected = (Histogram.bounds.map(\.nanoseconds) + [.max]).map { nanoseconds <= $0 ? UInt64(1) : 0 }
            #expect(histogram.snapshot().cumulative == expected)
        }
    }

    @Test("help and label values are escaped as the text format asks")
    func escaping() {
        registry.gauge("weir_odd_entries", "Back\\slash\nand \"quote\".", labels: ["name": "a\\b\n\"c\""]) { .nan }
        #expect(registry.text().contains("# HELP weir_odd_entries Back\\\\slash\\nand \"quote\".\n"))
        #expect(registry.text().contains(#"weir_odd_entries{name="a\\b\n\"c\""} NaN"#))
    }

    @Test("registering the same series again returns the one that exists")
    func sameSeries() {
        registry.counter("weir_events_total", "Events.", labels: ["tenant": "other"]).increment()
        registry.counter("weir_events_total", "Events.", labels: ["tenant": "other"]).increment()
        registry.counter("weir_events_total", "Events.", labels: ["tenant": "acme"]).increment()
        #expect(registry.text().contains(#"weir_events_total{tenant="other"} 2"#))
        #expect(registry.text().contains(#"weir_events_total{tenant="acme"} 1"#))
    }

    @Test("a callback registered again replaces the one before")
    func replacedCallback() {
        registry.gauge("weir_rules_version", "Version of the rules.") { 1 }
        registry.gauge("weir_rules_version", "Version of the rules.") { 2 }
        registry.counter("weir_cpu_seconds_total", "CPU time.", read: { 0.25 })
        #expect(registry.text().contains("\nweir_rules_version 2\n"))
        #expect(!registry.text().contains("\nweir_rules_version 1\n"))
        #expect(registry.text().contains("\nweir_cpu_seconds_total 0.25\n"))
    }

    @Test("a family whose labels change is asked at each scrape, and its values are escaped")
    func changingLabels() {
        let rows = Mutex<[(value: String, number: Double)]>([("a \"quoted\" one", 1)])
        registry.counters("weir_route_matches_total", "Matches.", by: "route") { rows.withLock { $0 } }
        #expect(registry.text().hasSuffix("counter\nweir_route_matches_total{route=\"a \\\"quoted\\\" one\"} 1\n"))
        rows.withLock { $0 = [("b", 2), ("c", 3)] }
        let now = "counter\nweir_route_matches_total{route=\"b\"} 2\nweir_route_matches_total{route=\"c\"} 3\n"
        #expect(registry.text().hasSuffix(now))
    }

    @Test("a bounded label keeps its first values and calls all later ones 'other'")
    func boundedLabel() {
        let endpoints = BoundedLabel(limit: 2)
        #expect(["a", "b", "c", "a", "d", "b"].map(endpoints.admit) == ["a", "b", "other", "a", "other", "b"])
    }

    @Test("an endpoint's outcomes are one family with the endpoint's label first")
    func twoLabels() {
        let outcomes = registry.counters(
            "weir_deliveries_total", "Deliveries.", labels: ["endpoint": "acme/crm"], by: Outcome.self, as: "outcome")
        outcomes[.failed].increment()
        #expect(registry.text().contains(#"weir_deliveries_total{endpoint="acme/crm",outcome="failed"} 1"#))
    }

    @Test("counts of several tasks add up")
    func concurrentCounting() async {
        let counter = registry.counter("weir_events_total", "Events.")
        let histogram = registry.histogram("weir_append_seconds", "Time of an append.")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        counter.increment()
                        histogram.observe(.microseconds(70))
                    }
                }
            }
        }
        #expect(counter.value == 8000)
        #expect(histogram.snapshot().count == 8000)
        #expect(histogram.snapshot().sum == .milliseconds(560))
    }
}
