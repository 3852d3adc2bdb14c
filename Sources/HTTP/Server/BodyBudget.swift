// How much memory the bodies that are on their way in may take together, over all loops and listeners: a peer with many
// connections could else have each of them hold as much as one request may.

import Synchronization

package final class BodyBudget: Sendable {
    /// Of each body the first bytes are free, so that callbacks, which are small, are taken even while somebody has used up the
    /// budget. They are bounded by the number of connections.
    static let freeByteCount = 64 << 10
    /// What is taken beyond those is taken in steps, so that the loops seldom meet at the counter.
    static let step = 64 << 10

    private let limit: Int
    private let taken = Atomic<Int>(0)

    package init(byteCount limit: Int) { self.limit = limit }

    var takenByteCount: Int { taken.load(ordering: .relaxed) }

    func takeStep() -> Bool {
        let after = taken.wrappingAdd(Self.step, ordering: .relaxed).newValue
        if after <= limit { return true }
        taken.wrappingSubtract(Self.step, ordering: .relaxed)
        return false
    }

    func giveBack(steps: Int) {
        taken.wrappingSubtract(steps * Self.step, ordering: .relaxed)
    }
}
