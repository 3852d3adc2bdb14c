// The tally of rule tests against what it stands for: the book on a real Redis, and the bucket of the edge.

import Codec
import Crypto
import Events
import Language
import Loop
import Redis
import Rules
import Telemetry
import TestBasics
import TestSupport
import Testing

@testable import Limits

@Suite struct QuotaTallyTests {
    @Test("answers as the book on Redis does, over random quotas, accounts and pauses")
    func asTheBook() async throws {
        try await withRedis { loop, redis, _ in
            var random = SplitMix64(seed: Seed.ofThisRun)
            let herald = QuotaHerald(loop: loop, random: .system, metrics: LimitsMetrics(MetricsRegistry())) { _, _ in
                true
            }
            let book = QuotaBook(
                redis: redis, quotas: QuotaTable([]), herald: herald, metrics: LimitsMetrics(MetricsRegistry()))
            // At noon, so that no day ends meanwhile.
            let noon = ZoneInfo(fixed: Int32(12 * 3600 - loop.wallMilliseconds / 1000 % 86_400))
            var outcomes: Set<Bool> = []
            for round in 0..<30 {
                let terms = QuotaTerms(
                    tenant: "t\(round)", accounts: 1, messages: rate(&random),
                    sends: Bool.random(using: &random) ? rate(&random) : nil,
                    callbacks: nil, excess: .reject, zone: noon)
                var tally = QuotaTally(QuotaTable([]))
                // The tally's clock, whose pauses Redis has as buckets that were filled earlier.
                var time = loop.wallMilliseconds
                for use in 0..<30 {
                    if Int.random(in: 0..<4, using: &random) == 0 {
                        let pause = Int64.random(in: 1...1800, using: &random) * 1000
                        time += pause
                        try await age(by: pause, redis, terms)
                    }
                    let account = random.pick(["a", "b"])
                    let moment = try #require(Timestamp(milliseconds: time))
                    let answer = tally.take(
                        1, terms.onDay(of: loop.wallMilliseconds, at: time), account: account, at: moment)
                    let decision = try await book.takeMessages(terms, account: account, reference: "\(use)")
                    outcomes.insert(answer.granted == 1)
                    let place: Comment =
                        "round \(round), use \(use), \(terms.messages), \(terms.sends as Any); \(Seed.note)"
                    switch decision {
                    case .granted: #expect(answer.granted == 1, place)
                    case .refused(let shortage), .delayed(let shortage):
                        #expect(answer.granted == 0, place)
                        #expect(
                            answer.shortage?.quota == shortage.quota && answer.shortage?.used == shortage.used, place)
                        #expect(answer.shortage?.limit == shortage.limit, place)
                    }
                }
            }
            #expect(outcomes == [true, false], "both happen; \(Seed.note)")
        }
    }

    /// As if Redis' clock had gone on.
    private func age(by milliseconds: Int64, _ redis: RedisClient, _ terms: QuotaTerms) async throws {
        let keys = TenantKeys(terms.tenant)
        for quota in [QuotaName.messages, .sends] {
            for account in [nil, "a", "b"] {
                let key = keys.bucket(quota, account: account)
                let reply = try await redis.send(RedisCommand("HGET", key, "at"))
                guard let at = reply.text.flatMap({ Int64($0) }) else { continue }
                _ = try await redis.send(RedisCommand("HSET", key, "at", String(at - milliseconds * 1000)))
            }
        }
    }

    /// Slow ones, so that the time that passes during the test fills nothing.
    private func rate(_ random: inout SplitMix64) -> Quota.Rate {
        Quota.Rate(
            count: Int.random(in: 0...6, using: &random), period: random.pick([.hour, .day]),
            isPerAccount: Bool.random(using: &random))
    }

    @Test("many at once are as many as one by one")
    func bulk() throws {
        var random = SplitMix64(seed: Seed.ofThisRun)
        for round in 0..<200 {
            let terms = QuotaTerms(
                tenant: "t", accounts: 1, messages: rate(&random), sends: rate(&random), callbacks: nil,
                excess: .reject,
                zone: .utc)
            var one = QuotaTally(QuotaTable([]))
            var many = one
            var time = Int64(1_767_574_800_000)
            for _ in 0..<10 {
                time += Int64.random(in: 0...3_600_000, using: &random)
                let moment = try #require(Timestamp(milliseconds: time))
                let count = Int.random(in: 1...5, using: &random)
                let granted = (0..<count).reduce(0) { sum, _ in
                    sum + one.take(1, terms, account: "a", at: moment).granted
                }
                #expect(
                    many.take(count, terms, account: "a", at: moment).granted == granted, "round \(round); \(Seed.note)"
                )
            }
        }
    }

    @Test("callbacks are counted as the edge's bucket counts them")
    func asTheBucket() throws {
        var random = SplitMix64(seed: Seed.ofThisRun)
        var outcomes: Set<Bool> = []
        for round in 0..<100 {
            let rate = Rate(
                count: Int.random(in: 1...20, using: &random), period: random.pick([.second, .minute, .hour, .day]))
            var tally = QuotaTally(QuotaTable([Quota(subject: .everyone, callbacks: rate)]))
            var bucket = TokenBucket(of: rate, at: Instant(nanoseconds: 0))
            var time = Int64(0)
            let pauseMax = rate.period.duration.milliseconds / 4
            // What is left exactly, a token being so many parts: it tells the very instant of a token, where roundings differ.
            let token = rate.period.duration.milliseconds
            let full = Int64(rate.count) * token
            var left = full
            for _ in 0..<100 {
                var pause = Int64.random(in: 0...pauseMax, using: &random)
                if left + pause * Int64(rate.count) == token { pause += 1 }
                time += pause
                left = min(full, left + pause * Int64(rate.count))
                if left >= token { left -= token }
                let moment = try #require(Timestamp(milliseconds: 1_767_574_800_000 + time))
                let isAdmitted = bucket.take(of: rate, at: Instant(nanoseconds: time * 1_000_000))
                outcomes.insert(isAdmitted)
                #expect(
                    (tally.takeCallbacks(1, tenant: "t", at: moment).granted == 1) == isAdmitted,
                    "round \(round), \(rate); \(Seed.note)")
            }
        }
        #expect(outcomes == [true, false])
    }
}

extension QuotaTerms {
    /// The same in a zone where it is, at `time`, the noon of the day that `wall` lies in: pauses fill buckets and end no day.
    fileprivate func onDay(of wall: Int64, at time: Int64) -> QuotaTerms {
        var terms = self
        terms.zone = ZoneInfo(fixed: Int32(clamping: zone.day(at: wall / 1000) * 86_400 + 43_200 - time / 1000))
        return terms
    }
}
