// Tells tenants of their endpoints: events `endpoint.failing`, `.recovered` and `.disabled`, appended to the tenant's own stream, so that
// rules route them like any other (but never to the endpoint they speak of: `Routing/RoutingPlan.swift`). What is owed follows from the
// state in Redis, which notes what was told; so a crash in between tells again, and the edge drops what comes twice.

package import Crypto
package import Events
package import Loop
import Redis
import Telemetry

/// Something to be told of an endpoint.
struct EndpointNotice: Equatable {
    let type: EventType
    /// Since when it is so, ms since 1970: what makes two notices the same one.
    let since: Int64

    init(_ type: EventType, since: Int64) {
        self.type = type
        self.since = since
    }

    /// As Redis keeps it: `endpoint.failing 1700000000000`.
    var text: String { "\(type.name) \(since)" }

    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, let since = Int64(words[1]), let type = EventType(name: String(words[0])) else {
            return nil
        }
        self.init(type, since: since)
    }
}

extension EndpointState {
    /// What its tenant has not been told yet.
    var owed: EndpointNotice? {
        if let disabledAt { return told?.type == .endpointDisabled ? nil : .init(.endpointDisabled, since: disabledAt) }
        if openSince != nil, let failingSince {
            return told?.type == .endpointFailing ? nil : .init(.endpointFailing, since: failingSince)
        }
        guard failingSince == nil, let told, told.type == .endpointFailing else { return nil }
        return EndpointNotice(.endpointRecovered, since: told.since)
    }
}

/// Belongs to one loop.
package final class EndpointHerald {
    /// Keeps an event; the key recognises a repetition. Whether it could.
    package typealias Keep = (_ event: Event, _ key: String) async -> Bool

    /// Before Redis is asked again.
    private static let pause = Duration.seconds(1)

    private let loop: EventLoop
    private var random: RandomSource
    private let keep: Keep
    private var ids = EventIDGenerator()
    /// What is on its way, by endpoint.
    private var telling: [String: EndpointNotice] = [:]

    package init(loop: EventLoop, random: RandomSource, keep: @escaping Keep) {
        self.loop = loop
        self.random = random
        self.keep = keep
    }

    /// Tells what is owed, if anything is.
    func look(at endpoint: String, _ state: EndpointState?, _ store: EndpointStateStore) {
        guard let state, let notice = state.owed, telling[endpoint] != notice else { return }
        telling[endpoint] = notice
        loop.spawn { [self] in
            let event = event(notice, of: endpoint, state)
            while await !keep(event, key(notice, endpoint)) {
                await loop.sleep(until: loop.now + Self.pause)
                // Another process may have told, or it is otherwise by now.
                if let state = try? await store.state(of: endpoint), state.owed != notice {
                    return forget(endpoint, notice)
                }
            }
            // If this fails, the next look tells again, and the edge drops it.
            _ = try? await store.keepTold(endpoint, notice)
            forget(endpoint, notice)
        }
    }

    private func forget(_ endpoint: String, _ notice: EndpointNotice) {
        if telling[endpoint] == notice { telling[endpoint] = nil }
    }

    private func key(_ notice: EndpointNotice, _ endpoint: String) -> String {
        "endpoint:\(endpoint):\(notice.type.name):\(notice.since)"
    }

    private func event(_ notice: EndpointNotice, of endpoint: String, _ state: EndpointState) -> Event {
        let now = Timestamp(milliseconds: loop.wallMilliseconds) ?? .epoch
        var event = Event(notice.type, at: now, source: .system)
        event.set(.id, to: ids.next(at: now, using: &random))
        // As `EndpointID` begins.
        event.set(.tenant, to: String(endpoint.prefix { $0 != "/" }))
        event.set(.account, to: "")
        event.set(.dedupe, to: key(notice, endpoint))
        event.set(.endpoint, to: endpoint)
        let since = notice.type == .endpointDisabled ? state.failingSince : notice.since
        if let since = since.flatMap({ Timestamp(milliseconds: $0) }) { event.set(.failingSince, to: since) }
        if notice.type == .endpointDisabled, let by = state.disabledBy { event.set(.disabledBy, to: by.rawValue) }
        return event
    }
}
