// Where events come from: one URL that WeCom or a provider of instances calls, with what proves that it is them.
// The edge looks a source up by the last part of the path, before anything else is known of a request.

package struct CallbackSource: Sendable {
    /// Unique among all tenants, since it is the URL.
    package let name: String
    package let tenant: String
    package let kind: Kind

    package enum Kind: Sendable {
        /// The official callback: encrypted and signed.
        case wecom(WeComSource)
        /// A provider of client instances: JSON, authenticated by what this side demands.
        case instance(InstanceSource)
    }

    package init(name: String, tenant: String, kind: Kind) {
        self.name = name
        self.tenant = tenant
        self.kind = kind
    }

    /// The path in front of a source's name.
    package static let pathPrefix = "/callback/"

    package var path: String { Self.pathPrefix + name }

    /// The largest difference between a callback's timestamp and the clock; nil when the age does not matter, or is unknown.
    package var tolerance: Duration? {
        switch kind {
        case .wecom(let source): source.tolerance
        case .instance(let source): source.authentication.tolerance
        }
    }
}
