// Subscriptions: where a tenant's events go.

import Audit
import Codec
import Gateway
import HTTP
import Identity
import Language
import Records
import Redis
import Subscriptions
import Tenancy
import Webhooks

enum SubscriptionEndpoints {
    static let all = [list, create, get, update, delete, secret, rotate, ping, verify, enable, disable]

    private static let path = "/api/v1/subscriptions"
    static let one = [Parameter.path("subscription_id", "The id of the subscription.")]
    static let changed = AnswerForm.ok(
        SubscriptionObjects.subscription, "The subscription as it is now.", hasVersion: true)

    private static let list = Endpoint(
        .get, path, "listSubscriptions", "List subscriptions", action: "subscription.list", scope: .query("tenant_id"),
        parameters: PageQuery.parameters + [
            .query("tenant_id", IdentityObjects.tenant, "Of this tenant; else of all that one may see.")
        ],
        answers: [
            .ok(
                .page("SubscriptionPage", "subscriptions", of: SubscriptionObjects.subscription),
                "A page of subscriptions, the oldest first.")
        ],
        .needs(.webhooksRead) { (call, _) async throws(Problem) in
            let list = call.tenant.map(Subscription.list) ?? Subscription.all
            let page = try await storing { () async throws(StoreFault) in
                try await call.services.subscriptions.store.page(list, page: call.page, size: call.size)
            }
            call.report(page.damaged, of: Subscription.kind)
            return .page(
                "subscriptions", page.records.map { call.json($0.value) }, total: page.total, of: call)
        })

    private static let create = Endpoint(
        .post, path, "createSubscription", "Subscribe to events", action: "subscription.create",
        scope: .body("tenant_id"), body: SubscriptionObjects.creation,
        answers: [.created(SubscriptionObjects.subscription, "Made.")], problems: [.tooManySubscriptions],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let tenant = try await call.subscribingTenant()
            var draft = SubscriptionDirectory.Draft(
                SubscriptionSettings(call.body), key: try SubscriptionObjects.key(call.body))
            draft.headers = SubscriptionObjects.headers(call.body["headers"]) ?? []
            draft.mustVerify = call.body["verify"]?.bool ?? false
            var stored = try await subscribing { () async throws(SubscriptionFault) in
                try await call.services.subscriptions.create(
                    draft, tenant: tenant.id, code: tenant.code, by: principal.name, call.origin(principal))
            }
            try await call.takeBack(stored, unlessThereIs: tenant, principal)
            if draft.mustVerify { stored = try await call.challenge(stored, principal).stored }
            return .created(
                call.json(stored.value), at: "\(path)/\(stored.value.id)", version: stored.version)
        })

    private static let get = Endpoint(
        .get, path + "/{subscription_id}", "getSubscription", "Show a subscription", action: "subscription.read",
        scope: .object, parameters: one,
        answers: [.ok(SubscriptionObjects.subscription, "The subscription.", hasVersion: true)],
        .needs(.webhooksRead) { (call, principal) async throws(Problem) in
            call.reply(try await call.subscription(principal))
        })

    private static let update = Endpoint(
        .patch, path + "/{subscription_id}", "updateSubscription", "Change a subscription",
        action: "subscription.update", scope: .object, parameters: one, body: SubscriptionObjects.change,
        answers: [changed],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let stored = try await call.subscription(principal)
            try call.checkVersion(stored.version)
            return call.reply(
                try await subscribing { () async throws(SubscriptionFault) in
                    try await call.services.subscriptions.change(
                        stored, stored.value.settings.changed(by: call.body),
                        headers: SubscriptionObjects.headers(call.body["headers"]), call.origin(principal))
                })
        })

    private static let delete = Endpoint(
        .delete, path + "/{subscription_id}", "deleteSubscription", "Delete a subscription",
        action: "subscription.delete", scope: .object, parameters: one,
        answers: [.noContent("Gone. What waits for it is given up within minutes.")],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let stored = try await call.subscription(principal)
            try call.checkVersion(stored.version)
            try await subscribing { () async throws(SubscriptionFault) in
                try await call.services.subscriptions.delete(stored, call.origin(principal))
            }
            // Nothing is left of how it did.
            try await call.enable(endpoint: stored.value.endpointID.text)
            return .noContent
        })

    private static let secret = Endpoint(
        .get, path + "/{subscription_id}/secret", "getSubscriptionSecret", "Show what deliveries are signed with",
        action: "subscription.read-secret", scope: .object, parameters: one,
        answers: [.ok(SubscriptionObjects.secret, "The keys that sign now. That they were shown is in the audit log.")],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let stored = try await call.subscription(principal)
            let keys = try await subscribing { () async throws(SubscriptionFault) in
                try call.services.subscriptions.keys(of: stored.value)
            }
            try await call.note(stored.value, principal)
            return .ok(SubscriptionObjects.json(keys))
        })

    private static let rotate = Endpoint(
        .post, path + "/{subscription_id}/secret/rotate", "rotateSubscriptionSecret",
        "Sign with another key, and for a time with the former ones too", action: "subscription.rotate-secret",
        scope: .object, parameters: one, body: SubscriptionObjects.rotation,
        answers: [.ok(SubscriptionObjects.secret, "The keys that sign now.")], problems: [.tooManyKeys],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let stored = try await call.subscription(principal)
            let overlap =
                call.body["overlap"]?.string.map { Duration(quantity: $0) ?? .seconds(-1) }
                ?? SubscriptionRules.overlapDefault
            guard SubscriptionRules.overlaps.contains(overlap) else {
                throw Problem(member: "overlap", "out_of_range", "must be a duration from 0s to 7d")
            }
            let key = try SubscriptionObjects.key(call.body)
            let keys = try await subscribing { () async throws(SubscriptionFault) in
                let rotated = try await call.services.subscriptions.rotate(
                    stored, to: key, overlap: overlap, call.origin(principal))
                return try call.services.subscriptions.keys(of: rotated.value)
            }
            return .ok(SubscriptionObjects.json(keys))
        })

    private static let ping = Endpoint(
        .post, path + "/{subscription_id}/ping", "pingSubscription", "Try a subscription out",
        action: "subscription.ping",
        scope: .object, parameters: one,
        answers: [.ok(SubscriptionObjects.ping, "What its receiver answered, or why it did not.")],
        problems: [.probesBusy], isQuestion: true,
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let subscription = try await call.subscription(principal).value
            try await call.note(subscription, principal)
            let answer = try await subscribing { () async throws(SubscriptionFault) in
                try await call.services.probe.ping(
                    subscription,
                    at: try call.services.subscriptions.endpoint(
                        of: subscription, timeoutMax: SubscriptionProbe.timeoutMax))
            }
            return .ok(.object(SubscriptionObjects.members(answer)))
        })

    private static let verify = Endpoint(
        .post, path + "/{subscription_id}/verify", "verifySubscription",
        "Ask the receiver whether it wants the events", action: "subscription.verify", scope: .object, parameters: one,
        answers: [
            .ok(
                SubscriptionObjects.verification,
                "Whether it echoed the challenge, as text or as `challenge` of a JSON object.")
        ], problems: [.probesBusy], isQuestion: true,
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            let stored = try await call.subscription(principal)
            let outcome = try await call.challenge(stored, principal)
            return .ok(
                .object(
                    [.init("verified", .bool(outcome.isEchoed))] + SubscriptionObjects.members(outcome.answer)))
        })

    private static let enable = Endpoint(
        .post, path + "/{subscription_id}/enable", "enableSubscription", "Let a subscription get events again",
        action: "subscription.enable", scope: .object, parameters: one, answers: [changed],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            try await call.setEnabled(true, principal)
        })

    private static let disable = Endpoint(
        .post, path + "/{subscription_id}/disable", "disableSubscription", "Let a subscription get no more events",
        action: "subscription.disable", scope: .object, parameters: one, answers: [changed],
        .needs(.webhooksWrite) { (call, principal) async throws(Problem) in
            try await call.setEnabled(false, principal)
        })
}

extension APICall {
    /// The subscription that the path names, if the principal may see it.
    func subscription(_ principal: Principal) async throws(Problem) -> Stored<Subscription> {
        let stored = try await storing { () async throws(StoreFault) in
            try await services.subscriptions.store.get(self["subscription_id"])
        }
        try await admit(principal, owner: stored.value.tenant)
        return stored
    }

    /// Says in the audit log that somebody did what changes no record.
    func note(_ subscription: Subscription, _ principal: Principal) async throws(Problem) {
        let entry = origin(principal).entry(endpoint.action, on: subscription.object, tenant: subscription.tenant)
        do throws(RedisError) { try await services.audit.append(entry) } catch { throw Problem(.unavailable(error)) }
    }

    /// Sends the challenge; a subscription whose receiver echoes it gets events from now on.
    fileprivate func challenge(
        _ stored: Stored<Subscription>, _ principal: Principal
    ) async throws(Problem) -> (stored: Stored<Subscription>, isEchoed: Bool, answer: SubscriptionProbe.Answer) {
        try await subscribing { () async throws(SubscriptionFault) in
            let endpoint = try services.subscriptions.endpoint(
                of: stored.value, timeoutMax: SubscriptionProbe.timeoutMax)
            let (answer, isEchoed) = try await services.probe.challenge(stored.value, at: endpoint)
            guard isEchoed else { return (stored, false, answer) }
            return (try await services.subscriptions.verified(stored, origin(principal)), true, answer)
        }
    }

    fileprivate func setEnabled(_ isEnabled: Bool, _ principal: Principal) async throws(Problem) -> Reply {
        let stored = try await subscription(principal)
        let changed = try await subscribing { () async throws(SubscriptionFault) in
            try await services.subscriptions.set(
                stored, enabled: isEnabled, reason: "disabled by \(principal.name)", origin(principal))
        }
        if isEnabled { try await enable(endpoint: stored.value.endpointID.text) }
        return reply(changed)
    }

    fileprivate func subscribingTenant() async throws(Problem) -> TenantRecord {
        guard let tenant else { throw Problem(member: "tenant_id", "required", "is required: whose events?") }
        do throws(TenantFault) {
            return try await services.tenants.get(tenant).value
        } catch .notFound {
            throw Problem(member: "tenant_id", "unknown", "There is no such tenant.")
        } catch {
            throw Problem(error)
        }
    }

    /// A tenant that was deleted meanwhile has had its subscriptions erased before this one was made. Left there, it would get the
    /// events of the next tenant with that code.
    fileprivate func takeBack(
        _ stored: Stored<Subscription>, unlessThereIs tenant: TenantRecord, _ principal: Principal
    ) async throws(Problem) {
        do throws(TenantFault) {
            _ = try await services.tenants.latest(tenant.id)
        } catch .notFound {
            try await subscribing { () async throws(SubscriptionFault) in
                try await services.subscriptions.delete(stored, origin(principal))
            }
            throw Problem(member: "tenant_id", "unknown", "There is no such tenant.")
        } catch {
            throw Problem(error)
        }
    }
}

extension APICall {
    func json(_ subscription: Subscription) -> JSONValue {
        SubscriptionObjects.json(subscription, services.endpoints.state(of: subscription.endpointID.text))
    }

    func reply(_ stored: Stored<Subscription>) -> Reply { .ok(json(stored.value), version: stored.version) }

    /// Lets an endpoint that Weir disabled by itself have deliveries again.
    func enable(endpoint: String) async throws(Problem) {
        do throws(RedisError) { try await services.deliveries.states.enable(endpoint) } catch {
            throw Problem(.unavailable(error))
        }
    }
}

/// Runs a step of subscriptions; its fault is a problem.
func subscribing<Value>(_ step: () async throws(SubscriptionFault) -> Value) async throws(Problem) -> Value {
    do throws(SubscriptionFault) { return try await step() } catch { throw Problem(error) }
}
