// One metric for each value of a closed list, created together: the hot path finds its counter without a lock, and every
// series exists with zero from the start, so that a rate over it has a beginning.

package struct Labelled<Label: MetricLabel, Metric: Sendable>: Sendable {
    /// In the order of `allCases`. The lists are short, so that walking one costs less than hashing a label.
    @usableFromInline let labels: [Label]
    @usableFromInline let metrics: [Metric]

    init(_ create: (Label) -> Metric) {
        labels = Array(Label.allCases)
        metrics = labels.map(create)
    }

    @inlinable
    package subscript(label: Label) -> Metric {
        for index in labels.indices where labels[index] == label { return metrics[index] }
        preconditionFailure("allCases leaves out \(label)")
    }
}

package typealias LabelledCounter<Label: MetricLabel> = Labelled<Label, Counter>
package typealias LabelledGauge<Label: MetricLabel> = Labelled<Label, Gauge>
package typealias LabelledHistogram<Label: MetricLabel> = Labelled<Label, Histogram>
