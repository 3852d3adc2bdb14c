// What a process does with events. All of it by default; hosts that share a Redis can divide the work.

package enum ProcessRole: String, CaseIterable, Sendable {
    /// Takes callbacks in: the public listener.
    case edge
    /// Events to targets, by the rules.
    case router
    /// Deliveries to webhooks.
    case worker
}
