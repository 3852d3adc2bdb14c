// Where a route sends an event.

import Codec
package import Language

package enum Target: Hashable, Sendable {
    /// The tenant's own subscriptions to the event's type.
    case webhooks
    /// An endpoint named in the rule file; `index` counts these endpoints over the whole rule set, from 0.
    case webhook(url: String, secret: Secret?, index: Int)
    case alert(name: String, level: AlertLevel)
    /// The account handlers: login state, recovery.
    case accounts
    /// The outbound senders.
    case outbound
    /// Nowhere, on purpose. Targets of other routes that match the same event still apply.
    case drop

    /// The same in every rule set.
    var identity: Target {
        if case .webhook(let url, let secret, _) = self { .webhook(url: url, secret: secret, index: 0) } else { self }
    }

    /// The target as it is written after `to`, without what may be a key in a URL.
    package var shown: String {
        switch self {
        case .webhooks: "webhooks"
        case .webhook(let url, let secret, _):
            "webhook \"\(URLMask.masked(url))\"" + (secret.map { " secret \($0.shown)" } ?? "")
        case .alert(let name, let level): "alert \"\(name)\" level \(level.rawValue)"
        case .accounts: "accounts"
        case .outbound: "outbound"
        case .drop: "drop"
        }
    }
}
