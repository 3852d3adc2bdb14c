// A number that only grows. Shared by all loops: one relaxed atomic add, no lock. Loops do not shard it: at some
// hundred thousand adds a second the cache line that travels between cores is not what costs.

import Synchronization

package final class Counter: Sendable {
    private let total = Atomic<UInt64>(0)

    init() {}

    package func increment(by amount: Int = 1) {
        precondition(amount >= 0, "a counter never falls")
        total.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    package var value: UInt64 { total.load(ordering: .relaxed) }
}
