// The labels of one series. Their values come from closed lists (`Labelled`) or pass a `BoundedLabel`: a label that takes
// whatever a stranger sends is a memory leak here and an outage in Prometheus.

import Synchronization

/// Ordered: all series of a family name their labels in the same order.
package struct MetricLabels: Sendable, ExpressibleByDictionaryLiteral {
    let pairs: [(name: String, value: String)]

    package init(dictionaryLiteral pairs: (String, String)...) {
        self.pairs = pairs.map { (name: $0.0, value: $0.1) }
    }

    private init(pairs: [(name: String, value: String)]) { self.pairs = pairs }

    func adding(_ name: String, _ value: String) -> MetricLabels {
        MetricLabels(pairs: pairs + [(name: name, value: value)])
    }
}

/// A closed list of values for a label: `enum Outcome: String, MetricLabel { case delivered, failed, refused }`.
package protocol MetricLabel: CaseIterable, Hashable, Sendable, RawRepresentable<String> {}

/// A label whose values are known only at run time (endpoints, tenants), kept to a number of them. The first ones keep
/// their names until the process ends; all later ones share `other`.
package final class BoundedLabel: Sendable {
    package static let other = "other"

    package let limit: Int
    private let admitted = Mutex<Set<String>>([])

    package init(limit: Int) { self.limit = limit }

    /// The value itself, or `other` when the label is full.
    package func admit(_ value: String) -> String {
        admitted.withLock { admitted in
            if admitted.contains(value) { return value }
            guard admitted.count < limit else { return Self.other }
            admitted.insert(value)
            return value
        }
    }
}
