// What `/healthz`, `/readyz` and the API's health say: the state of each part, told by the part itself.

import Synchronization

/// Shared by all loops.
package final class Health: Sendable {
    package struct Part: Sendable, Equatable {
        package let name: String
        package let isReady: Bool
        /// What is wrong, or an addition that helps.
        package let detail: String
    }

    private let parts = Mutex<[String: Part]>([:])

    package init() {}

    package func set(_ name: String, isReady: Bool, detail: String = "") {
        parts.withLock { $0[name] = Part(name: name, isReady: isReady, detail: detail) }
    }

    /// By name.
    package var all: [Part] { parts.withLock { $0.values.sorted { $0.name < $1.name } } }

    package var isReady: Bool { parts.withLock { $0.values.allSatisfy(\.isReady) } }
}
