// A subscription as deliveries know it.

import Events
package import Gateway
import Language

extension Subscription {
    /// What its endpoint is called beside the webhooks of weir.conf, whose names never begin so.
    package var endpointName: String { EndpointID.subscriptionPrefix + id }

    /// The `EndpointID`.
    package var endpointID: EndpointID { EndpointID(tenant: tenantCode, name: endpointName) }

    func endpoint(
        _ secrets: SubscriptionSecrets, at now: Int64, _ defaults: DeliverySettings
    ) throws(SubscriptionFault) -> Endpoint {
        do throws(HTTPURL.Fault) {
            return Endpoint(
                tenant: tenantCode, name: endpointName, url: try HTTPURL(settings.url),
                keys: secrets.keys(at: now).map(\.key), types: settings.typeSet ?? [],
                concurrency: settings.concurrency ?? defaults.concurrency,
                timeout: settings.timeout.flatMap { Duration(quantity: $0) } ?? defaults.timeout,
                headers: secrets.headers, rate: settings.rate.flatMap { Rate($0) },
                schedule: settings.schedule.map { RetrySchedule(delays: $0.compactMap { Duration(quantity: $0) }) })
        } catch {
            throw .invalid([SubscriptionProblem(field: "url", code: "invalid_url", detail: "\(error)")])
        }
    }
}
