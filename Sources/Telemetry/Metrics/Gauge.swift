// A number that rises and falls: open connections, entries waiting. What can be asked for when somebody looks is a
// callback of the registry instead (`MetricsRegistry.gauge(_:_:labels:read:)`).

import Synchronization

package final class Gauge: Sendable {
    private let current = Atomic<Int>(0)

    init() {}

    package func set(_ value: Int) { current.store(value, ordering: .relaxed) }

    package func add(_ amount: Int) { current.wrappingAdd(amount, ordering: .relaxed) }

    package func subtract(_ amount: Int) { current.wrappingSubtract(amount, ordering: .relaxed) }

    package var value: Int { current.load(ordering: .relaxed) }
}
