// Every metric of the process, by name. Modules register theirs at start (`Module+Metrics.swift`) and keep the handles;
// the lock is taken at registration and by a scrape, never where something is counted.

import Synchronization

package final class MetricsRegistry: Sendable {
    private let families = Mutex<[String: MetricFamily]>([:])

    package init() {}

    /// Registering a name again with other labels adds a series; with the same labels it returns the one that exists.
    package func counter(_ name: String, _ help: String, labels: MetricLabels = [:]) -> Counter {
        let source = register(name, help, .counter, labels, .counter(Counter()))
        guard case .counter(let counter) = source else { preconditionFailure("'\(name)' is no counter") }
        return counter
    }

    package func gauge(_ name: String, _ help: String, labels: MetricLabels = [:]) -> Gauge {
        let source = register(name, help, .gauge, labels, .gauge(Gauge()))
        guard case .gauge(let gauge) = source else { preconditionFailure("'\(name)' is read by a callback") }
        return gauge
    }

    package func histogram(_ name: String, _ help: String, labels: MetricLabels = [:]) -> Histogram {
        let source = register(name, help, .histogram, labels, .histogram(Histogram()))
        guard case .histogram(let histogram) = source else { preconditionFailure("'\(name)' is no histogram") }
        return histogram
    }

    /// A gauge that is asked at scrape time, on the thread that scrapes. Registering it again replaces the question:
    /// after a reload the new object answers.
    package func gauge(
        _ name: String, _ help: String, labels: MetricLabels = [:], read: @escaping @Sendable () -> Double
    ) {
        _ = register(name, help, .gauge, labels, .callback(read))
    }

    /// A total that somebody else keeps (the kernel, Redis), asked at scrape time.
    package func counter(
        _ name: String, _ help: String, labels: MetricLabels = [:], read: @escaping @Sendable () -> Double
    ) {
        _ = register(name, help, .counter, labels, .callback(read))
    }

    /// A total for each value of a label, where the values change while the process runs. Whoever reads bounds their number.
    package func counters(
        _ name: String, _ help: String, by label: String,
        read: @escaping @Sendable () -> [(value: String, number: Double)]
    ) {
        precondition(MetricKind.counter.problem(name: name, help: help, labels: [label]) == nil)
        _ = register(name, help, .counter, [:], .callbacks(label: label, read))
    }

    /// The families sorted by name. Callbacks are not called here: they may take locks of their own.
    func snapshot() -> [MetricFamily] {
        families.withLock { families in families.values.sorted { $0.name < $1.name } }
    }

    private func register(
        _ name: String, _ help: String, _ kind: MetricKind, _ labels: MetricLabels, _ source: MetricSeries.Source
    ) -> MetricSeries.Source {
        if let problem = kind.problem(name: name, help: help, labels: labels.pairs.map(\.name)) {
            preconditionFailure(problem)
        }
        let text = MetricSeries.text(of: labels)
        return families.withLock { families in
            var family = families[name] ?? MetricFamily(name: name, help: help, kind: kind)
            precondition(family.help == help && family.kind == kind, "'\(name)' is registered with another meaning")
            defer { families[name] = family }
            guard let existing = family.series.firstIndex(where: { $0.labels == text }) else {
                family.series.append(MetricSeries(labels: text, source: source))
                return source
            }
            if case .callback = source { family.series[existing].source = source }
            return family.series[existing].source
        }
    }
}
