// How deliveries to tenants are made, unless a webhook says otherwise.

/// What stays in Redis of deliveries that were attempted, for tenants to look at and to send again. Counts are of one endpoint in
/// one partition.
package import Language

package struct DeliverySettings: Sendable, Equatable {
    package var timeout = Duration.seconds(15)
    package var concurrency = 8
    /// The waits before each attempt, the first one included (Standard Webhooks' example).
    package var schedule: [Duration] = [
        .zero, .seconds(5), .seconds(5 * 60), .seconds(30 * 60), .seconds(2 * 3600), .seconds(5 * 3600),
        .seconds(10 * 3600), .seconds(14 * 3600), .seconds(20 * 3600), .seconds(24 * 3600),
    ]
    /// After so many failures in a row an endpoint gets only probes.
    package var breakerAfter = 10
    /// An endpoint to which nothing could be delivered for so long is disabled.
    package var disableAfter = Duration.seconds(5 * 86_400)
    /// Certificates trusted besides the system's.
    package var trust: String?
    /// Networks beyond the public internet that webhooks may reach.
    package var privateNetworks: [AddressRange] = []
    package var ports = [PortRange(80...80), PortRange(443...443), PortRange(1024...65_535)]

    package var history = DeliveryHistorySettings()

    /// nil: connections go straight to the receivers.
    package var proxy: HTTPURL?
    /// `user:password`
    package var proxyCredentials: Secret?
    package var noProxy: [ProxyExemption] = []

    package init() {}
}

package struct DeliveryHistorySettings: Sendable, Equatable {
    package var attemptsKept = Duration.seconds(7 * 86_400)
    package var attemptsMax = 1000
    package var deadLettersKept = Duration.seconds(30 * 86_400)
    package var deadLettersMax = 10_000

    /// nil: connections go straight to the receivers.
    package var proxy: HTTPURL?
    /// `user:password`
    package var proxyCredentials: Secret?
    package var noProxy: [ProxyExemption] = []

    package init() {}
}
