// A test of the rules as it stands in a `*.test.rules` file: what happens, and what is expected of it, in virtual time. Called a
// trial here, since `Test` is what a condition asks of a field. Module Trials runs it.

import Codec
package import Events
package import Language

package struct Trial: Sendable {
    package enum Step: Sendable {
        /// The clock is put forward.
        case at(Timestamp)
        case after(Duration)
        /// The time zone of all tenants, from here on.
        case zone(Located<String>)
        case event(TrialEvent)
        /// From here on the metric has this value.
        case metric(AlertMetric, Double)
        case expect(Expectation)
    }

    package var name: Located<String>
    package var steps: [Step]

    /// A Monday morning in China, where a test says nothing else.
    package static let start = Timestamp(rfc3339: "2026-01-05T09:00:00+08:00") ?? .epoch
}

/// `event type TYPE … [times COUNT]`
package struct TrialEvent: Sendable {
    package var type: EventType
    /// All fields but the type; each value fits its field.
    package var fields: [(field: Field, value: String)]
    package var count: Int
    package var range: SourceRange

    /// Whose tenant and account an event is of that does not say.
    package static let nobody = "example"

    /// The event, happening now unless it says when.
    package func event(at now: Timestamp) -> Event {
        let time = value(of: .time).flatMap { Timestamp(rfc3339: $0) } ?? now
        let source = value(of: .source).flatMap(EventSource.init) ?? usualSource
        var event = Event(type, at: time, source: source)
        for field in [Field.tenant, .account] where value(of: field) == nil { event.set(field, to: Self.nobody) }
        for (field, value) in fields where field != .time && field != .source { event.set(field, to: value) }
        return event
    }

    private func value(of field: Field) -> String? { fields.first { $0.field == field }?.value }

    private var usualSource: EventSource {
        switch type {
        case .sendRequested: .api
        case .quotaReached: .system
        default: .callback
        }
    }
}

/// `expect …`
package struct Expectation: Sendable {
    package enum Fact: Sendable {
        case route(String)
        case shadowRoute(String)
        case target(TargetPattern)
        /// Exactly these targets.
        case only([Located<TargetPattern>])
        case nothing
        case tenant(String)
        /// With a number: so many of the events, and no more. Without: all of them.
        case quota(QuotaVerdict, Int?)
    }

    package enum QuotaVerdict: String, CaseIterable, Sendable {
        case allowed
        case refused
        case delayed
    }

    package var fact: Fact
    package var isNegated: Bool
    /// From behind `expect` to its end.
    package var range: SourceRange
}

/// A target as an expectation names it.
package enum TargetPattern: Hashable, Sendable {
    case webhooks
    case accounts
    case outbound
    case drop
    case webhook(url: String)
    case alert(name: String, level: AlertLevel?)

    package func matches(_ target: Target) -> Bool {
        switch (self, target) {
        case (.webhooks, .webhooks), (.accounts, .accounts), (.outbound, .outbound), (.drop, .drop): true
        case (.webhook(let url), .webhook(let other, _, _)): url == other
        case (.alert(let name, let level), .alert(let other, let otherLevel)):
            name == other && (level ?? otherLevel) == otherLevel
        default: false
        }
    }

    package var shown: String {
        switch self {
        case .webhooks: "webhooks"
        case .accounts: "accounts"
        case .outbound: "outbound"
        case .drop: "drop"
        case .webhook(let url): "webhook \"\(URLMask.masked(url))\""
        case .alert(let name, let level): "alert \"\(name)\"" + (level.map { " level \($0.rawValue)" } ?? "")
        }
    }
}
