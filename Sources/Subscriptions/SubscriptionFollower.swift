// All subscriptions, in memory of one loop, as they are now: read at the start, then kept up by the change feed. Each change is published
// as a whole, for the traffic loops. Nothing is asked again and again: a change wakes it, and so does the end of a key.

import Codec
import Events
package import Gateway
import Loop
package import Records
import Redis
package import Routing
import Rules
package import Vault

/// Belongs to one loop.
package final class SubscriptionFollower: ChangeListener {
    private struct Held {
        let subscription: Subscription
        let secrets: SubscriptionSecrets
        let filter: Filter?
    }

    private static let pauseAfterFailure = Duration.milliseconds(200)
    /// How long a change waits until this process' loops have it. Without Redis that would be for ever.
    private static let settleFor = Duration.seconds(1)

    private let store: RecordStore<Subscription>
    private let vault: Vault
    private let feed: ChangeFeed
    private let loop: EventLoop
    private let onFault: (String) -> Void
    private var held: [String: Held] = [:]
    private var changes: Set<String> = []
    private var mustReadAll = true
    private var mustPublish = false
    private var keyEnd: LoopTimer?
    private let wake = Gate()
    private var settling: [Gate] = []
    private var isStopped = false
    private let ended = Gate()

    /// What an endpoint goes by where its subscription says nothing.
    package var defaults: DeliverySettings {
        didSet { publishSoon() }
    }

    /// - Parameter onFault: told what cannot be read or used; the others are used.
    package init(
        store: RecordStore<Subscription>, vault: Vault, feed: ChangeFeed, defaults: DeliverySettings,
        onFault: @escaping (String) -> Void
    ) {
        self.store = store
        self.vault = vault
        self.feed = feed
        self.defaults = defaults
        self.onFault = onFault
        loop = store.redis.loop
        feed.add(self, for: Subscription.kind)
    }

    /// Publishes what there is, for the first time when all of it was read. Goes on until `stop`. Start once, as a task of the loop.
    package func run(_ publish: ([Subscriber]) -> Void) async {
        while !isStopped {
            // A change before the feed is live would not be heard of.
            let mayRead = mustReadAll ? feed.isLive : !changes.isEmpty || mustPublish
            guard mayRead else {
                _ = await wake.wait()
                continue
            }
            let waiting = settling
            settling = []
            do throws(StoreFault) {
                if mustReadAll { try await readAll() } else { try await readChanges() }
                mustPublish = false
                publish(subscribers())
            } catch {
                if !isStopped { onFault("\(error)") }
                await loop.sleep(until: loop.now + Self.pauseAfterFailure)
            }
            for gate in waiting { gate.open() }
        }
        keyEnd?.cancel()
        for gate in settling { gate.open() }
        ended.open()
    }

    package func stop() async {
        isStopped = true
        wake.open()
        _ = await ended.wait()
    }

    /// Returns when this process goes by a change that was made on this loop.
    func settle(_ id: String) async {
        guard !isStopped else { return }
        changed(id)
        let gate = Gate()
        settling.append(gate)
        let timer = loop.schedule(at: loop.now + Self.settleFor) { gate.open(.timedOut) }
        _ = await gate.wait()
        timer.cancel()
    }

    // MARK: Listening

    package func changed(_ id: String) {
        changes.insert(id)
        wake.open()
    }

    package func mayHaveMissedChanges() {
        mustReadAll = true
        wake.open()
    }

    private func publishSoon() {
        mustPublish = true
        wake.open()
    }

    // MARK: Reading

    private func readAll() async throws(StoreFault) {
        mustReadAll = false
        changes = []
        do throws(StoreFault) {
            var all: [String: Held] = [:]
            // Ids first: pages would move under the reader while others are deleted.
            let ids = try await store.ids(Subscription.all)
            var start = 0
            while start < ids.count {
                let end = min(start + RecordStore<Subscription>.readMax, ids.count)
                let found = try await store.get(all: ids[start..<end])
                for stored in found.records { all[stored.value.id] = open(stored.value) }
                for id in found.damaged { onFault("\(StoreFault.unreadable(kind: Subscription.kind, id: id))") }
                start = end
            }
            held = all
        } catch {
            mustReadAll = true
            throw error
        }
    }

    private func readChanges() async throws(StoreFault) {
        let ids = changes
        changes = []
        do throws(StoreFault) {
            for id in ids {
                do throws(StoreFault) {
                    held[id] = open(try await store.get(id).value)
                } catch .notFound {
                    held[id] = nil
                } catch .unreadable(let kind, let id) {
                    held[id] = nil
                    onFault("\(StoreFault.unreadable(kind: kind, id: id))")
                }
            }
        } catch {
            changes.formUnion(ids)
            throw error
        }
    }

    private func open(_ subscription: Subscription) -> Held? {
        do throws(VaultFault) {
            let secrets = try SubscriptionSecrets(of: subscription, vault)
            let filter = subscription.settings.filter.map {
                Filter.check($0, types: subscription.settings.typeSet ?? .all).filter
            }
            // Another version of Weir may have let it pass.
            if case .some(.none) = filter {
                onFault(
                    "the filter of \(Subscription.kind) \(subscription.id) is none any more; it gets nothing until it is set"
                )
                return nil
            }
            return Held(subscription: subscription, secrets: secrets, filter: filter ?? nil)
        } catch {
            onFault("\(error)")
            return nil
        }
    }

    // MARK: Endpoints

    private func subscribers() -> [Subscriber] {
        let now = loop.wallMilliseconds
        keyEnd?.cancel()
        if let end = held.values.compactMap({ $0.secrets.nextEnd(after: now) }).min() {
            keyEnd = loop.schedule(at: loop.now + .milliseconds(end - now)) { self.publishSoon() }
        }
        let ordered = held.values.sorted {
            ($0.subscription.createdAt, $0.subscription.id) < ($1.subscription.createdAt, $1.subscription.id)
        }
        return ordered.compactMap { held in
            do throws(SubscriptionFault) {
                let subscription = held.subscription
                return Subscriber(
                    endpoint: try endpoint(of: subscription, held.secrets), filter: held.filter,
                    isReceiving: subscription.isEnabled && subscription.verification != .pending)
            } catch {
                onFault("\(Subscription.kind) \(held.subscription.id) cannot be used: \(error)")
                return nil
            }
        }
    }

    func endpoint(
        of subscription: Subscription, _ secrets: SubscriptionSecrets
    ) throws(SubscriptionFault) -> Endpoint {
        try subscription.endpoint(secrets, at: loop.wallMilliseconds, defaults)
    }
}

extension SubscriptionSecrets {
    init(of subscription: Subscription, _ vault: Vault) throws(VaultFault) {
        let bytes = try vault.open(subscription.sealed, at: subscription.place)
        guard let document = try? JSONValue(parsing: bytes.span), let secrets = SubscriptionSecrets(document: document)
        else { throw .malformed(subscription.place) }
        self = secrets
    }
}
