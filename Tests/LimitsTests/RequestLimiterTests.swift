// The limits of the API's requests, and how they are told.

import Gateway
import HTTP
import Language
import Loop
import Redis
import Telemetry
import TestSupport
import Testing

@testable import Limits

@Suite struct RequestLimiterTests {
    private func limits(address: Int = 1000, key: Int = 1000, tenant: Int = 1000) -> RequestLimits {
        var limits = RequestLimits()
        limits.address = Rate(count: address, period: .day)
        limits.key = Rate(count: key, period: .day)
        limits.tenant = Rate(count: tenant, period: .day)
        return limits
    }

    @Test("an address has its bucket, of IPv6 the first 64 bits are one; a Unix socket has none")
    func addresses() async throws {
        try await withRedis { _, redis, _ in
            let limiter = RequestLimiter(
                redis: redis, limits: limits(address: 2), metrics: LimitsMetrics(MetricsRegistry()))
            let verdicts = ["192.0.2.1:5", "192.0.2.1:6", "192.0.2.1:7", "192.0.2.2:5"].map {
                SocketAddress($0).flatMap(limiter.admit)?.isAdmitted
            }
            #expect(verdicts == [true, true, false, true])
            let sixes = ["[2001:db8::1]:5", "[2001:db8::2:3]:5", "[2001:db8::ffff:4]:5", "[2001:db8:0:1::1]:5"].map {
                SocketAddress($0).flatMap(limiter.admit)?.isAdmitted
            }
            #expect(sixes == [true, true, false, true])
            #expect(limiter.admit(.unix(path: "/x")) == nil)
        }
    }

    @Test("a key is limited by itself, its tenant with all of its keys")
    func keysAndTenants() async throws {
        try await withRedis { _, redis, _ in
            let limiter = RequestLimiter(
                redis: redis, limits: limits(key: 3, tenant: 5), metrics: LimitsMetrics(MetricsRegistry()))
            var refused: [String?] = []
            for key in ["a", "a", "a", "a", "b", "b", "b"] {
                let verdict = await limiter.admit(key: key, tenant: "acme")
                refused.append(verdict.isAdmitted ? nil : verdict.bucket.rawValue)
            }
            #expect(refused == [nil, nil, nil, "key", nil, nil, "tenant"])
            let outcome1 = await limiter.admit(key: "c", tenant: nil).isAdmitted
            #expect(outcome1, "the platform's own have no tenant")
            limiter.limits = limits(key: 30, tenant: 5)
            let outcome2 = await limiter.admit(key: "d", tenant: "other").isAdmitted
            #expect(outcome2)
        }
    }

    @Test("a refusal says whose limit it was, when to come again, and when all is well again")
    func refusal() throws {
        let verdict = RequestVerdict(
            bucket: .tenant,
            verdict: RateVerdict(
                isAdmitted: false, rate: Rate(count: 100, period: .minute), remaining: 0, retryAfter: .milliseconds(600)
            ))
        var response = Response(.tooManyRequests)
        verdict.add(to: &response)
        #expect(
            String(decoding: response.fields.bytes, as: UTF8.self) == """
                ratelimit-limit: 100\r
                ratelimit-remaining: 0\r
                ratelimit-reset: 60\r
                ratelimit-policy: "tenant";q=100;w=60\r

                """)
        #expect(verdict.verdict.retryAfterSeconds == 1)
        #expect(
            verdict.explanation
                == "There were more than 100 per minute requests of this tenant. Repeat the request later.")
    }

    @Test("an answer tells of the bucket that is nearest its end")
    func nearest() {
        func verdict(_ bucket: RequestBucket, _ remaining: Int, of count: Int, admitted: Bool = true) -> RequestVerdict
        {
            RequestVerdict(
                bucket: bucket,
                verdict: RateVerdict(
                    isAdmitted: admitted, rate: Rate(count: count, period: .second), remaining: remaining,
                    retryAfter: .zero))
        }
        let key = verdict(.key, 50, of: 100)
        #expect(key.orNearer(verdict(.tenant, 100, of: 1000)).bucket == .tenant)
        #expect(key.orNearer(verdict(.tenant, 900, of: 1000)).bucket == .key)
        #expect(key.orNearer(verdict(.tenant, 0, of: 1000, admitted: false)).bucket == .tenant)
        #expect(key.orNearer(nil).bucket == .key)
    }

    @Test("an address that comes again after many others was not forgotten too soon, and memory stays bounded")
    func manyAddresses() async throws {
        try await withRedis { _, redis, _ in
            let limiter = RequestLimiter(
                redis: redis, limits: limits(address: 1), metrics: LimitsMetrics(MetricsRegistry()))
            let known = SocketAddress.ip(IPAddress(v4: 0x0A00_0001), port: 1)
            #expect(limiter.admit(known)?.isAdmitted == true)
            for number in 0..<30_000 as Range<UInt32> {
                _ = limiter.admit(.ip(IPAddress(v4: 0x0B00_0000 + number), port: 1))
            }
            #expect(limiter.admit(known)?.isAdmitted == false)
            for number in 0..<200_000 as Range<UInt64> {
                _ = limiter.admit(.ip(IPAddress(high: 0x2001_0db8_0000_0000 + number, low: number), port: 1))
            }
            #expect(limiter.addressCount <= 65_536)
        }
    }
}
