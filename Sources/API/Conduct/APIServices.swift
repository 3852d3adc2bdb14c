// Weir's parts as handlers of the API use them, all of the listener's loop. A new resource adds its store here.

package import Audit
package import Gateway
package import Identity
package import Limits
package import Loop
package import Redis
package import Subscriptions
package import Telemetry
package import Tenancy
package import Webhooks

/// What there is from the first moment on. Belongs to one loop.
package final class APIBasics {
    package let loop: EventLoop
    package let log: Logger
    package let health: Health
    package let startedAt: Instant

    package init(loop: EventLoop, log: Logger, health: Health) {
        self.loop = loop
        self.log = log
        self.health = health
        startedAt = loop.now
    }
}

/// What there is once Redis was reached. Belongs to one loop.
package final class APIServices {
    package let redis: RedisClient
    package let audit: AuditLog
    package let identity: IdentityService
    package let tenants: TenantDirectory
    package let quotas: QuotaBook
    package let subscriptions: SubscriptionDirectory
    package let probe: SubscriptionProbe
    /// How endpoints do, as this process knows it.
    package let endpoints: EndpointBook
    package let rules: RuleDesk
    let deliveries: DeliveryDesk
    let idempotency: Idempotency
    let log: Logger

    package init(
        redis: RedisClient, audit: AuditLog, identity: IdentityService, tenants: TenantDirectory, quotas: QuotaBook,
        subscriptions: SubscriptionDirectory, probe: SubscriptionProbe, endpoints: EndpointBook, rules: RuleDesk,
        deliveries: DeliveryDesk, idempotency: Idempotency,
        log: Logger
    ) {
        self.redis = redis
        self.audit = audit
        self.identity = identity
        self.tenants = tenants
        self.quotas = quotas
        self.subscriptions = subscriptions
        self.probe = probe
        self.endpoints = endpoints
        self.rules = rules
        self.deliveries = deliveries
        self.idempotency = idempotency
        self.log = log
    }

    /// Puts a refusal into the audit log. The answer does not depend on it: refusing is safe even when Redis is away.
    func deny(
        _ endpoint: Endpoint, _ path: [(name: String, value: String)], _ principal: Principal, _ code: ProblemCode,
        _ origin: Audit.Origin
    ) async {
        let entry = origin.entry(
            endpoint.action, on: endpoint.object(of: path), tenant: principal.tenant, outcome: .denied, code: code.name)
        do throws(RedisError) { try await audit.append(entry) } catch {
            log.error(
                "a refusal is missing in the audit log",
                [
                    "action": endpoint.action, "principal": principal.id, "request_id": origin.requestID ?? "",
                    "reason": "\(error)",
                ])
        }
    }
}
