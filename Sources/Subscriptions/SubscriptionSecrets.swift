// What of a subscription must not be seen by who can only look: the keys that sign its deliveries, and the values of its headers. Sealed
// together, as one text.

import Codec
package import Gateway
import Loop
import Telemetry

package struct SubscriptionKey: Equatable, Sendable {
    package let key: WebhookKey
    /// When it stops signing, in ms since 1970; nil: it is the one in use.
    package internal(set) var endsAt: Int64?
}

struct SubscriptionSecrets: Equatable, Sendable {
    /// The one in use first.
    private(set) var keys: [SubscriptionKey]
    var headers: [EndpointHeader]

    init(key: WebhookKey, headers: [EndpointHeader]) {
        keys = [SubscriptionKey(key: key)]
        self.headers = headers
    }

    func keys(at now: Int64) -> [SubscriptionKey] { keys.filter { $0.endsAt.map { $0 > now } ?? true } }

    /// When the next key stops signing.
    func nextEnd(after now: Int64) -> Int64? { keys.compactMap(\.endsAt).filter { $0 > now }.min() }

    /// Another key is in use from now on; former ones sign for so long at most.
    mutating func rotate(to key: WebhookKey, at now: Int64, overlap: Duration) {
        let end = now + overlap.milliseconds
        let former = keys(at: now).map { SubscriptionKey(key: $0.key, endsAt: min($0.endsAt ?? end, end)) }
        keys = [SubscriptionKey(key: key)] + former.filter { ($0.endsAt ?? 0) > now }
    }

    // MARK: Text

    var document: JSONValue {
        [
            "keys": .array(
                keys.map {
                    [
                        "key": .string($0.key.text.revealed),
                        "ends_at": $0.endsAt.map { .number(JSONNumber($0)) } ?? .null,
                    ]
                }),
            "headers": .array(
                headers.map { ["name": .string($0.name), "value": .string($0.value.revealed)] }),
        ]
    }

    init?(document: JSONValue) {
        guard let keys = document["keys"]?.array, let headers = document["headers"]?.array else { return nil }
        self.keys = keys.compactMap { key in
            guard let text = key["key"]?.string, let known = try? WebhookKey(text) else { return nil }
            return SubscriptionKey(key: known, endsAt: key["ends_at"]?.integer)
        }
        self.headers = headers.compactMap { header in
            guard let name = header["name"]?.string, let value = header["value"]?.string else { return nil }
            return EndpointHeader(name: name, value: value)
        }
        guard !self.keys.isEmpty, self.keys.count == keys.count, self.headers.count == headers.count else { return nil }
    }
}
