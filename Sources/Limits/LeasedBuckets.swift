// Buckets that processes share: what a tenant's requests, or its callbacks, may be in all. The bucket is in Redis; each loop
// takes portions of its tokens and spends them without asking, so that a request costs no round trip.
//
//   take ─▶ a token at hand ─▶ admitted          (asks for the next portion in good time)
//        ─▶ refused a moment ago ─▶ refused      (a flood asks Redis once a second or token, not once for each request)
//        ─▶ else ask, and wait a little ─▶ again
//        ─▶ Redis is away or slow ─▶ an estimate: a bucket of this loop's own, with its share of the rate
//
// Never too many over all processes, since a token is taken from the shared bucket before it is spent. A portion is at most a
// twentieth of the bucket, and what a loop did not spend within ten seconds goes back, so hardly fewer either. While Redis is away
// each process allows the whole rate by itself.

import Gateway
package import Language
import Loop
package import Redis
import Telemetry

/// Belongs to one loop.
package final class LeasedBuckets {
    /// What is counted, and the end of its keys.
    package enum Purpose: String, Sendable {
        case requests, callbacks
    }

    private final class Share {
        let tenant: String
        /// The rate of the last call.
        var rate: Rate
        /// Tokens taken from the shared bucket and not spent.
        var held = 0
        var heldUntil = Instant.past
        /// What the shared bucket had when it was last asked.
        var leftInRedis = 0
        /// Refused without asking, until others may have given back.
        var refusedUntil = Instant.past
        /// When there is a token if nobody gives back.
        var refillsAt = Instant.past
        var askedAt: Instant?
        var waiting: [Gate] = []
        var estimate: TokenBucket?
        var estimatesUntil = Instant.past
        var lapse: LoopTimer?

        init(tenant: String, rate: Rate) {
            self.tenant = tenant
            self.rate = rate
        }

        var portion: Int { max(1, rate.count / LeasedBuckets.portionsPerBucket) }
    }

    private static let portionsPerBucket = 20
    package static let holdsFor = Duration.seconds(10)
    private static let refusesFor = Duration.seconds(1)
    /// How long a request waits for Redis before an estimate has to do.
    package static let patience = Duration.milliseconds(50)
    private static let estimatesFor = Duration.seconds(1)
    /// Of tenants that are remembered.
    private static let tenantsMax = 40_000

    private let redis: RedisClient
    private var loop: EventLoop { redis.loop }
    private let purpose: Purpose
    private let loopCount: Int
    private let patience: Duration
    private let holdsFor: Duration
    private let metrics: LimitsMetrics
    private var shares = BoundedTable<String, Share>(countMax: tenantsMax)

    /// - Parameter loopCount: the loops of this process that have such buckets; each estimates with its part of the rate.
    package init(
        redis: RedisClient, for purpose: Purpose, loopCount: Int, patience: Duration = LeasedBuckets.patience,
        holdsFor: Duration = LeasedBuckets.holdsFor,
        metrics: LimitsMetrics
    ) {
        self.redis = redis
        self.patience = patience
        self.holdsFor = holdsFor
        self.purpose = purpose
        self.loopCount = loopCount
        self.metrics = metrics
    }

    /// Takes a token of a tenant's bucket. Waits at most `patience`, and never fails.
    package func take(of tenant: String, _ rate: Rate) async -> RateVerdict {
        let share = shares.use(tenant, or: Share(tenant: tenant, rate: rate)) { $0 }
        if share.rate != rate {
            share.rate = rate
            // What a larger bucket gave is more than a portion of a smaller one.
            share.held = min(share.held, share.portion)
            share.refusedUntil = .past
            share.estimate = nil
        }
        let deadline = loop.now + patience
        while true {
            if let verdict = take(from: share) { return verdict }
            guard loop.now < deadline else {
                share.estimatesUntil = loop.now + Self.estimatesFor
                return estimate(share)
            }
            let gate = Gate()
            share.waiting.append(gate)
            ask(for: share)
            let timer = loop.schedule(at: deadline) { gate.open(.timedOut) }
            _ = await gate.wait()
            timer.cancel()
        }
    }

    /// Without waiting; nil if Redis has to be asked first.
    private func take(from share: Share) -> RateVerdict? {
        let now = loop.now
        if share.held > 0, now < share.heldUntil {
            share.held -= 1
            if share.held <= share.portion / 4, share.portion > 1, now >= share.refusedUntil { ask(for: share) }
            return verdict(true, share)
        }
        if now < share.refusedUntil { return verdict(false, share) }
        let isOverdue = share.askedAt.map { now - $0 >= patience } ?? false
        return isOverdue || now < share.estimatesUntil ? estimate(share) : nil
    }

    private func verdict(_ isAdmitted: Bool, _ share: Share) -> RateVerdict {
        RateVerdict(
            isAdmitted: isAdmitted, rate: share.rate, remaining: share.held + share.leftInRedis,
            retryAfter: isAdmitted ? .zero : share.refillsAt - loop.now)
    }

    private func estimate(_ share: Share) -> RateVerdict {
        metrics.estimates.increment()
        let part = Rate(count: max(1, share.rate.count / loopCount), period: share.rate.period)
        var bucket = share.estimate ?? TokenBucket(of: part, at: loop.now)
        defer { share.estimate = bucket }
        return bucket.ask(of: part, at: loop.now)
    }

    // MARK: Redis

    private func ask(for share: Share) {
        guard share.askedAt == nil else { return }
        share.askedAt = loop.now
        loop.spawn { await self.lease(share) }
    }

    private func lease(_ share: Share) async {
        let wanted = max(share.portion, share.waiting.count)
        do throws(RedisError) {
            let granted = try await exchange(share, wanted: wanted, givingBack: takeLapsed(share))
            if granted > 0 {
                share.held += granted
                share.heldUntil = loop.now + holdsFor
                share.refusedUntil = .past
                scheduleLapse(share)
            }
            share.estimatesUntil = .past
        } catch {
            // Tokens that were taken while the reply got lost are lost: fewer, never more.
            share.estimatesUntil = loop.now + Self.estimatesFor
        }
        share.askedAt = nil
        // Also those that wait no longer, which changes nothing.
        let waiting = share.waiting
        share.waiting = []
        for gate in waiting { gate.open() }
    }

    private func takeLapsed(_ share: Share) -> Int {
        guard loop.now >= share.heldUntil else { return 0 }
        defer { share.held = 0 }
        return share.held
    }

    private func scheduleLapse(_ share: Share) {
        guard share.lapse == nil else { return }
        share.lapse = loop.schedule(at: share.heldUntil) { [self] in
            share.lapse = nil
            guard share.held > 0 else { return }
            guard loop.now >= share.heldUntil else { return scheduleLapse(share) }
            let lapsed = takeLapsed(share)
            loop.spawn { _ = try? await self.exchange(share, wanted: 0, givingBack: lapsed) }
        }
    }

    /// - Returns: how many tokens were granted.
    private func exchange(_ share: Share, wanted: Int, givingBack returned: Int) async throws(RedisError) -> Int {
        let rate = share.rate
        let keys = [TenantKeys(share.tenant).rate(purpose.rawValue)]
        let reply = try await redis.run(Self.script, keys: keys) { command in
            command.append(Int64(rate.count))
            command.append(rate.period.duration.nanoseconds / 1000)
            command.append(Int64(wanted))
            command.append(Int64(returned))
        }
        guard let values = reply.array?.map(\.integer), values.count == 3, let granted = values[0],
            let left = values[1], let wait = values[2]
        else { throw .unexpectedReply(to: "lease") }
        share.leftInRedis = Int(left)
        if wanted > 0, granted == 0 {
            share.refillsAt = loop.now + .microseconds(max(1000, wait))
            share.refusedUntil = min(share.refillsAt, loop.now + Self.refusesFor)
        }
        return Int(granted)
    }

    /// KEYS: the bucket. ARGV: capacity, period in µs, tokens wanted, tokens given back. As many as there are are granted.
    /// Returns granted, left, and µs until the next token.
    private static let script = RedisScript(
        "lease",
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local capacity, period, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local tokens = tonumber(redis.call('HGET', KEYS[1], 'tokens') or capacity)
        local at = tonumber(redis.call('HGET', KEYS[1], 'at') or now)
        if at > now then now = at end
        tokens = math.min(capacity, tokens + (now - at) * capacity / period + tonumber(ARGV[4]))
        local granted = math.min(wanted, math.floor(tokens))
        tokens = tokens - granted
        redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.0f', now))
        redis.call('PEXPIRE', KEYS[1], math.ceil(period / 1000) + 1000)
        local wait = 0
        if tokens < 1 then wait = math.ceil((1 - tokens) * period / math.max(1, capacity)) end
        return {granted, math.floor(tokens), wait}
        """)
}

extension Instant {
    /// Before every instant of a clock.
    static let past = Instant(nanoseconds: .min / 2)
}
