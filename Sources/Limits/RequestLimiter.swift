// The limits of the API's requests. Address and key are counted in this process, tenants over all.
//
//   address? ─▶ sign-in ─▶ key? ─▶ tenant? ─▶ the endpoint

package import Gateway
package import Loop
package import Redis
import Telemetry

/// Belongs to one loop: that of the API's listener.
package final class RequestLimiter {
    /// Replaced at a reload.
    package var limits: RequestLimits
    private let loop: EventLoop
    private let tenants: LeasedBuckets
    private let metrics: LimitsMetrics
    private var addresses = BoundedTable<IPAddress, TokenBucket>(countMax: entriesMax)
    private var keys = BoundedTable<String, TokenBucket>(countMax: entriesMax)

    /// Of each table.
    private static let entriesMax = 65_536

    package init(redis: RedisClient, limits: RequestLimits, metrics: LimitsMetrics) {
        loop = redis.loop
        self.limits = limits
        self.metrics = metrics
        tenants = LeasedBuckets(redis: redis, for: .requests, loopCount: 1, metrics: metrics)
    }

    /// Before anything else is looked at. Peers on a Unix socket are of this host, and not counted.
    package func admit(_ peer: SocketAddress) -> RequestVerdict? {
        guard let address = peer.ip else { return nil }
        let rate = limits.address
        let now = loop.now
        let verdict = addresses.use(address.network, or: TokenBucket(of: rate, at: now)) { bucket in
            bucket.ask(of: rate, at: now)
        }
        return counted(RequestVerdict(bucket: .address, verdict: verdict))
    }

    /// Addresses that are remembered.
    var addressCount: Int { addresses.count }

    /// When it is known who asks.
    /// - Parameters:
    ///   - key: the id of the API key or the user.
    ///   - tenant: whose; nil for the platform's own people.
    package func admit(key: String, tenant: String?) async -> RequestVerdict {
        let rate = limits.key
        let now = loop.now
        let verdict = keys.use(key, or: TokenBucket(of: rate, at: now)) { bucket in
            bucket.ask(of: rate, at: now)
        }
        let own = counted(RequestVerdict(bucket: .key, verdict: verdict))
        guard own.isAdmitted, let tenant else { return own }
        let shared = await tenants.take(of: tenant, limits.tenant)
        return own.orNearer(counted(RequestVerdict(bucket: .tenant, verdict: shared)))
    }

    private func counted(_ verdict: RequestVerdict) -> RequestVerdict {
        if !verdict.isAdmitted { metrics.limited[verdict.bucket]?.increment() }
        return verdict
    }
}
