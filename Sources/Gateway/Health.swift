// What `/healthz`, `/readyz` and the API's health say: the state of each part, told by the part itself.

import Synchronization

/// Shared by all loops.
package final class Health: Sendable {
    package enum State: String, Sendable {
        case ready
        /// It works, but not as somebody wants it to: no reason to send traffic elsewhere.
        case degraded
        case notReady = "not_ready"
    }

    package struct Part: Sendable, Equatable {
        package let name: String
        package let state: State
        /// What is wrong, or an addition that helps.
        package let detail: String
    }

    private struct Parts {
        var byName: [String: Part] = [:]
        var onReady: (@Sendable () -> Void)?

        var state: State {
            let states = byName.values.map(\.state)
            return states.contains(.notReady) ? .notReady : states.contains(.degraded) ? .degraded : .ready
        }
    }

    private let parts = Mutex(Parts())

    package init() {}

    package func set(_ name: String, _ state: State, detail: String = "") {
        let onReady = parts.withLock { parts in
            parts.byName[name] = Part(name: name, state: state, detail: detail)
            return parts.state == .notReady ? nil : parts.onReady.take()
        }
        onReady?()
    }

    /// Runs `action` once, as soon as no part is without readiness: now, or on the thread of the part that was the last.
    package func onceReady(_ action: @escaping @Sendable () -> Void) {
        let isReady = parts.withLock { parts in
            if parts.state == .notReady { parts.onReady = action }
            return parts.state != .notReady
        }
        if isReady { action() }
    }

    /// By name.
    package var all: [Part] { parts.withLock { $0.byName.values.sorted { $0.name < $1.name } } }

    /// The worst of all parts'.
    package var state: State { parts.withLock { $0.state } }
}
