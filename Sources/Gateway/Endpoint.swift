// Where a tenant's events go: one URL with the keys that sign for it and the limits of its own queue. From weir.conf
// (`webhook "crm" { … }`) or from a rule (`to webhook "https://…"`).

package import Crypto
package import Events
package import Language
package import Loop

package struct Endpoint: Sendable, Equatable {
    package let id: EndpointID
    package let tenant: String
    package let url: HTTPURL
    /// Each signs every delivery, so receivers can change over from one to the next. Empty only for a rule's webhook that names
    /// none: its deliveries are not signed.
    package let keys: [WebhookKey]
    /// What it is subscribed to. Rules may send it anything.
    package let types: EventTypeSet
    /// Deliveries under way at the same time.
    package let concurrency: Int
    /// From connecting to the end of the answer.
    package var timeout: Duration
    package let headers: [EndpointHeader]
    /// Shown to a receiver that asks for a certificate (mutual TLS).
    package let clientIdentity: ClientIdentity?
    /// Attempts begun in a period, over all loops of a process; nil: as many as `concurrency` allows.
    package let rate: Rate?
    /// Nil: the configuration's.
    package let schedule: RetrySchedule?

    /// A webhook of weir.conf.
    package init(
        tenant: String, name: String, url: HTTPURL, keys: [WebhookKey], types: EventTypeSet,
        concurrency: Int, timeout: Duration, headers: [EndpointHeader] = [], rate: Rate? = nil,
        schedule: RetrySchedule? = nil, clientIdentity: ClientIdentity? = nil
    ) {
        id = EndpointID(tenant: tenant, name: name)
        self.tenant = tenant
        self.url = url
        self.keys = keys
        self.types = types
        self.concurrency = concurrency
        self.timeout = timeout
        self.headers = headers
        self.rate = rate
        self.schedule = schedule
        self.clientIdentity = clientIdentity
    }

    /// A webhook that stands in a rule: subscribed to nothing, reached by its routes alone.
    package init(
        tenant: String, url: HTTPURL, keys: [WebhookKey], concurrency: Int, timeout: Duration
    ) throws(CryptoError) {
        id = try EndpointID(tenant: tenant, url: url)
        self.tenant = tenant
        self.url = url
        self.keys = keys
        types = []
        self.concurrency = concurrency
        self.timeout = timeout
        headers = []
        rate = nil
        schedule = nil
        clientIdentity = nil
    }
}
