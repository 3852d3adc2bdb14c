// What an endpoint is called in Redis keys, metrics and logs. It must not change when the process restarts or the file is
// edited elsewhere: deliveries that wait are found again by it.

package import Crypto

package struct EndpointID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package var description: String { text }

    /// A webhook of weir.conf: `acme/crm`; or a subscription.
    package init(tenant: String, name: String) {
        text = "\(tenant)/\(name)"
    }

    /// What the names of subscriptions begin with, and those of weir.conf's webhooks never: `acme/sub_` and the record's id.
    package static let subscriptionPrefix = "sub_"

    /// A webhook that stands in a rule, which has no name: `acme/~` and 16 hexadecimal digits of its URL's SHA-256. A
    /// configured name cannot begin with `~`, so the two kinds never meet.
    package init(tenant: String, url: HTTPURL) throws(CryptoError) {
        var sha256 = try SHA256()
        let digest = try sha256.digest(Array(url.text.utf8).span)
        text = "\(tenant)/~\(digest.description.prefix(16))"
    }
}
