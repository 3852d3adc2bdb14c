// What is known of an endpoint beyond one process and one life: since when it has only failed, and whether it is disabled. A small
// hash in Redis (`EndpointStateStore`), which an endpoint without trouble does not have.

package import Gateway
package import Redis
import Synchronization

package struct EndpointState: Sendable, Equatable {
    package enum DisabledBy: String, Sendable {
        /// Nothing but failures for `delivery.disable-after`.
        case failures
        /// The receiver answered 410: it is gone for good.
        case gone
    }

    /// Milliseconds since 1970, all of them.
    package var failingSince: Int64?
    /// Since when its breaker has opened again and again: it gets only probes.
    package var openSince: Int64?
    package var disabledAt: Int64?
    package var disabledBy: DisabledBy?
    /// What its tenant was told last: an event type, and since when that was so.
    var told: EndpointNotice?

    package var isDisabled: Bool { disabledAt != nil }

    package enum Name {
        package static let failingSince = "failing-since"
        package static let openSince = "open-since"
        package static let disabledAt = "disabled-at"
        package static let disabledBy = "disabled-by"
        package static let told = "told"
    }

    init(failingSince: Int64? = nil) { self.failingSince = failingSince }

    /// Nil when there is nothing.
    init?(_ flat: [RedisValue]) {
        var texts: [String: String] = [:]
        for index in stride(from: 0, to: flat.count - 1, by: 2) { texts[flat[index].text ?? ""] = flat[index + 1].text }
        guard !texts.isEmpty else { return nil }
        failingSince = texts[Name.failingSince].flatMap { Int64($0) }
        openSince = texts[Name.openSince].flatMap { Int64($0) }
        disabledAt = texts[Name.disabledAt].flatMap { Int64($0) }
        disabledBy = texts[Name.disabledBy].flatMap { DisabledBy(rawValue: $0) }
        told = texts[Name.told].flatMap { EndpointNotice($0) }
    }
}

/// What a process knows of all its endpoints, shared by its loops; it outlives reloads, as attempts under way do.
package final class EndpointBook: Sendable {
    private struct Content {
        var permits: [String: EndpointPermits] = [:]
        var states: [String: EndpointState] = [:]
        var waiters: [any EndpointPermits.Waiter] = []
    }

    private let content = Mutex(Content())

    package init() {}

    /// Those of the endpoint of this id. Kept for ever: as many as endpoints were ever configured.
    func permits(of endpoint: String) -> EndpointPermits {
        content.withLock {
            if let known = $0.permits[endpoint] { return known }
            let made = EndpointPermits(endpoint: endpoint)
            if let state = $0.states[endpoint] { made.learn(state) }
            $0.permits[endpoint] = made
            return made
        }
    }

    package func state(of endpoint: String) -> EndpointState? { content.withLock { $0.states[endpoint] } }

    package func isDisabled(_ endpoint: String) -> Bool { state(of: endpoint)?.isDisabled ?? false }

    /// How many endpoints' breakers are open in this process, and how many endpoints are disabled.
    package var openCount: Int { content.withLock { $0.permits.values }.count { $0.isOpen } }
    package var disabledCount: Int { content.withLock { $0.states.values.count { $0.isDisabled } } }

    func add(_ waiter: any EndpointPermits.Waiter) { content.withLock { $0.waiters.append(waiter) } }
    func remove(_ waiter: any EndpointPermits.Waiter) {
        content.withLock { $0.waiters.removeAll { $0 === waiter } }
    }

    /// What Redis has of one endpoint now; every loop is told.
    func learn(_ endpoint: String, _ state: EndpointState?) {
        let (permits, waiters) = content.withLock { content in
            content.states[endpoint] = state
            return (content.permits[endpoint], content.waiters)
        }
        permits?.learn(state)
        for waiter in waiters { waiter.shouldAskAgain(endpoint) }
    }

    /// What Redis has of all endpoints.
    func learn(_ states: [String: EndpointState]) {
        let known = content.withLock { Set($0.states.keys) }
        for endpoint in known.union(states.keys).sorted() where state(of: endpoint) != states[endpoint] {
            learn(endpoint, states[endpoint])
        }
    }
}
