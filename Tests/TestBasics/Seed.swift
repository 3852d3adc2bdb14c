// One place decides the seed of a run: that of the environment (`WEIR_SEED=…`, to replay a failure), else a new one.
// The end-to-end tests take theirs from the same variable.

import FoundationEssentials

package enum Seed {
    package static let ofThisRun: UInt64 =
        ProcessInfo.processInfo.environment["WEIR_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999)

    /// Belongs into the message of every expectation that depends on the seed.
    package static var note: String { "WEIR_SEED=\(ofThisRun) replays this" }
}
