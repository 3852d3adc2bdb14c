// One metric for each value of a closed list, created together: the hot path finds its counter without a lock, and every
// series exists with zero from the start, so that a rate over it has a beginning. What is counted for every callback is looked up
// once, when its owner is made: a look-up hashes.

package struct Labelled<Label: MetricLabel, Metric: Sendable>: Sendable {
    private let metrics: [Label: Metric]

    init(_ create: (Label) -> Metric) {
        metrics = Dictionary(uniqueKeysWithValues: Label.allCases.map { ($0, create($0)) })
    }

    package subscript(label: Label) -> Metric {
        guard let metric = metrics[label] else { preconditionFailure("allCases leaves out \(label)") }
        return metric
    }
}

package typealias LabelledCounter<Label: MetricLabel> = Labelled<Label, Counter>
package typealias LabelledGauge<Label: MetricLabel> = Labelled<Label, Gauge>
package typealias LabelledHistogram<Label: MetricLabel> = Labelled<Label, Histogram>
