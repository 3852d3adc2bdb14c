// Subscriptions as the API handles them: listed, made, changed, deleted, their keys changed. Each change is one step with its audit entry,
// and has reached this process' traffic loops when the call returns; other processes follow within moments.

package import Audit
import Codec
package import Crypto
package import Gateway
import Loop
package import Records
import Redis
import Telemetry
package import Vault

/// Belongs to one loop.
package final class SubscriptionDirectory {
    package let store: RecordStore<Subscription>
    private let vault: Vault
    private let follower: SubscriptionFollower
    private var random: RandomSource
    /// That of the running configuration.
    private var policy: AddressPolicy { AddressPolicy(follower.defaults) }
    private var now: Int64 { store.redis.loop.wallMilliseconds }
    /// Of tenants for whom one is being made: one at a time, so that they are counted right.
    private var making: [String: [Gate]] = [:]

    package init(
        store: RecordStore<Subscription>, vault: Vault, follower: SubscriptionFollower, random: RandomSource
    ) {
        self.store = store
        self.vault = vault
        self.follower = follower
        self.random = random
    }

    package enum NewKey: Sendable {
        case given(WebhookKey)
        case made(WebhookKey.Scheme)
    }

    /// A subscription to be made.
    package struct Draft: Sendable {
        package let settings: SubscriptionSettings
        package var headers: [EndpointHeader] = []
        package var key: NewKey
        package var mustVerify = false

        package init(_ settings: SubscriptionSettings, key: NewKey) {
            self.settings = settings
            self.key = key
        }
    }

    // MARK: Changes

    package func create(
        _ draft: Draft, tenant: String, code: String, by name: String, _ origin: Origin
    ) async throws(SubscriptionFault) -> Stored<Subscription> {
        try check(draft.settings.problems(reaching: policy) + Self.problems(in: draft.headers))
        let id = RecordID.make(at: now, using: &random)
        let secrets = SubscriptionSecrets(key: try made(draft.key), headers: draft.headers)
        let place = SealedPlace(kind: Subscription.kind, id: id, field: Subscription.sealedField)
        let subscription = Subscription(
            id: id, tenant: tenant, tenantCode: code, settings: draft.settings,
            verification: draft.mustVerify ? .pending : .none, headerNames: draft.headers.map(\.name),
            sealed: try seal(secrets, at: place), createdBy: name, createdAt: now)
        await begin(for: tenant)
        defer { end(for: tenant) }
        let stored = try await storing { () async throws(StoreFault) -> Stored<Subscription>? in
            let count = try await store.count(Subscription.list(ofTenant: tenant))
            guard count < SubscriptionRules.perTenantMax else { return nil }
            return try await store.create(
                subscription,
                origin.entry(
                    "subscription.create", on: subscription.object, tenant: tenant, after: subscription.audited))
        }
        guard let stored else { throw .tooMany }
        await follower.settle(id)
        return stored
    }

    /// - Parameter headers: nil: as they are.
    package func change(
        _ stored: Stored<Subscription>, _ settings: SubscriptionSettings, headers: [EndpointHeader]?, _ origin: Origin
    ) async throws(SubscriptionFault) -> Stored<Subscription> {
        try check(settings.problems(reaching: policy) + Self.problems(in: headers ?? []))
        var subscription = stored.value
        subscription.settings = settings
        // Whoever is behind the other URL has not shown anything.
        if settings.url != stored.value.settings.url, subscription.verification == .verified {
            subscription.verification = .pending
        }
        if let headers {
            var secrets = try secrets(of: stored.value)
            if secrets.headers != headers {
                secrets.headers = headers
                subscription.headerNames = headers.map(\.name)
                subscription.sealed = try seal(secrets, at: subscription.place)
            }
        }
        return try await replace(stored, subscription, "subscription.update", origin)
    }

    /// Another key signs from now on, and former ones too for `overlap` at most.
    package func rotate(
        _ stored: Stored<Subscription>, to key: NewKey, overlap: Duration, _ origin: Origin
    ) async throws(SubscriptionFault) -> Stored<Subscription> {
        var secrets = try secrets(of: stored.value)
        secrets.rotate(to: try made(key), at: now, overlap: overlap)
        guard secrets.keys.count <= SubscriptionRules.keysMax else { throw .tooManyKeys }
        var subscription = stored.value
        subscription.sealed = try seal(secrets, at: subscription.place)
        return try await replace(stored, subscription, "subscription.rotate-secret", origin)
    }

    /// - Parameter reason: of a subscription that is not enabled.
    package func set(
        _ stored: Stored<Subscription>, enabled: Bool, reason: String?, _ origin: Origin
    ) async throws(SubscriptionFault) -> Stored<Subscription> {
        var subscription = stored.value
        subscription.isEnabled = enabled
        subscription.reason = enabled ? nil : reason
        return try await replace(
            stored, subscription, enabled ? "subscription.enable" : "subscription.disable", origin)
    }

    /// Its receiver has shown that it wants the events.
    package func verified(
        _ stored: Stored<Subscription>, _ origin: Origin
    ) async throws(SubscriptionFault) -> Stored<Subscription> {
        var subscription = stored.value
        subscription.verification = .verified
        return try await replace(stored, subscription, "subscription.verify", origin)
    }

    package func delete(_ stored: Stored<Subscription>, _ origin: Origin) async throws(SubscriptionFault) {
        let subscription = stored.value
        try await storing { () async throws(StoreFault) in
            try await store.delete(
                subscription.id, ifVersion: stored.version,
                origin.entry(
                    "subscription.delete", on: subscription.object, tenant: subscription.tenant,
                    before: subscription.audited))
        }
        await follower.settle(subscription.id)
    }

    // MARK: Secrets

    /// The keys that sign now, the one in use first.
    package func keys(of subscription: Subscription) throws(SubscriptionFault) -> [SubscriptionKey] {
        try secrets(of: subscription).keys(at: now)
    }

    /// Where its deliveries go, for one that is sent by hand: `timeoutMax` bounds what its own timeout says.
    package func endpoint(
        of subscription: Subscription, timeoutMax: Duration = SubscriptionRules.timeouts.upperBound
    ) throws(SubscriptionFault) -> Endpoint {
        var endpoint = try follower.endpoint(of: subscription, try secrets(of: subscription))
        endpoint.timeout = min(endpoint.timeout, timeoutMax)
        return endpoint
    }

    private func secrets(of subscription: Subscription) throws(SubscriptionFault) -> SubscriptionSecrets {
        do throws(VaultFault) { return try SubscriptionSecrets(of: subscription, vault) } catch { throw .vault(error) }
    }

    private func seal(
        _ secrets: SubscriptionSecrets, at place: SealedPlace
    ) throws(SubscriptionFault) -> String {
        do throws(CryptoError) { return try vault.seal(secrets.document.bytes.span, at: place) } catch {
            throw .crypto("\(error)")
        }
    }

    private func made(_ key: NewKey) throws(SubscriptionFault) -> WebhookKey {
        switch key {
        case .given(let key): return key
        case .made(let scheme):
            do throws(CryptoError) { return try .make(scheme, random: &random) } catch { throw .crypto("\(error)") }
        }
    }

    // MARK: Steps

    private func replace(
        _ stored: Stored<Subscription>, _ subscription: Subscription, _ action: String, _ origin: Origin
    ) async throws(SubscriptionFault) -> Stored<Subscription> {
        // What sets nothing anew is no change, for the log and for whoever holds an ETag.
        guard subscription != stored.value else { return stored }
        var subscription = subscription
        subscription.updatedAt = max(now, stored.value.updatedAt)
        let entry = origin.entry(
            action, on: subscription.object, tenant: subscription.tenant, before: stored.value.audited,
            after: subscription.audited)
        let replaced = try await storing { [subscription] () async throws(StoreFault) in
            try await store.replace(subscription, ifVersion: stored.version, entry)
        }
        await follower.settle(subscription.id)
        return replaced
    }

    private func check(_ problems: [SubscriptionProblem]) throws(SubscriptionFault) {
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    private static func problems(in headers: [EndpointHeader]) -> [SubscriptionProblem] {
        var names: Set<String> = []
        return headers.enumerated().compactMap { index, header in
            if let problem = EndpointHeader.problem(name: header.name, value: header.value.revealed) {
                return SubscriptionProblem(field: "headers[\(index)]", code: "not_allowed", detail: problem)
            }
            guard names.insert(header.name.lowercased()).inserted else {
                return SubscriptionProblem(
                    field: "headers[\(index)].name", code: "repeated", detail: "must be the name of one header only")
            }
            return nil
        }
    }

    private func begin(for tenant: String) async {
        guard making[tenant] != nil else {
            making[tenant] = []
            return
        }
        let gate = Gate()
        making[tenant]?.append(gate)
        _ = await gate.wait()
    }

    private func end(for tenant: String) {
        guard making[tenant]?.isEmpty == false else {
            making[tenant] = nil
            return
        }
        making[tenant]?.removeFirst().open()
    }

    private func storing<Result>(
        _ body: () async throws(StoreFault) -> Result
    ) async throws(SubscriptionFault) -> Result {
        do throws(StoreFault) { return try await body() } catch { throw .store(error) }
    }
}

extension Subscription {
    package var object: AuditObject { AuditObject(Self.kind, id) }
}
