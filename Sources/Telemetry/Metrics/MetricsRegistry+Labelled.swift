// Registration of one metric for each value of a closed list. `labels` come before the list's own label, which is how an
// endpoint's outcomes are counted: `labels: ["endpoint": name], by: Outcome.self, as: "outcome"`.

extension MetricsRegistry {
    package func counters<Label: MetricLabel>(
        _ name: String, _ help: String, labels: MetricLabels = [:], by: Label.Type, as label: String
    ) -> LabelledCounter<Label> {
        Labelled { counter(name, help, labels: labels.adding(label, $0.rawValue)) }
    }

    package func gauges<Label: MetricLabel>(
        _ name: String, _ help: String, labels: MetricLabels = [:], by: Label.Type, as label: String
    ) -> LabelledGauge<Label> {
        Labelled { gauge(name, help, labels: labels.adding(label, $0.rawValue)) }
    }

    package func histograms<Label: MetricLabel>(
        _ name: String, _ help: String, labels: MetricLabels = [:], by: Label.Type, as label: String
    ) -> LabelledHistogram<Label> {
        Labelled { histogram(name, help, labels: labels.adding(label, $0.rawValue)) }
    }
}
