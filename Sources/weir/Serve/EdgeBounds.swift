// What all listeners of the process share, bounded so that strangers cannot use it up.

import Gateway
import HTTP

struct EdgeBounds: Sendable {
    let bodies: BodyBudget
    /// Descriptors from this number on are kept for Redis, deliveries and probes.
    let descriptorCeiling: Int32

    /// More than Weir's own use with some hundred webhooks; of a small limit, a quarter.
    private static let reserveMax = 256

    init(_ edge: EdgeLimits, descriptorLimit: Int) {
        bodies = BodyBudget(byteCount: edge.bodyMemory)
        descriptorCeiling = Int32(clamping: descriptorLimit - min(Self.reserveMax, descriptorLimit / 4))
    }
}
