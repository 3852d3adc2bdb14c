// Subscriptions on a real Redis: what is kept, what is sealed, what the audit log has of it.

import Audit
import Codec
import Crypto
import Gateway
import Language
import Loop
import Records
import Redis
import Telemetry
import TestSupport
import Testing
import Vault

@testable import Subscriptions

@Suite struct SubscriptionDirectoryTests {
    @Test("a subscription comes back as it was made, and neither Redis nor the audit log has its secrets in the clear")
    func creation() async throws {
        try await withOffice { _, office, _, _ in
            let body: JSONValue = [
                "url": "https://crm.example.com/hook?key=geheim", "types": ["message.*"],
                "filter": "content.text contains \"refund\"", "rate": "10 per second", "concurrency": 3,
                "timeout": "5s", "schedule": ["0s", "10s"], "description": "CRM",
            ]
            let made = try await office.make(body)
            let stored = try await office.store.get(made.value.id)
            #expect(stored == made && made.version == 1)
            let keys = try office.directory.keys(of: made.value)
            #expect(keys.count == 1 && keys[0].endsAt == nil && keys[0].key.scheme == .v1)
            let endpoint = try office.directory.endpoint(of: made.value)
            #expect(endpoint.id.text == "acme/sub_\(made.value.id)" && endpoint.keys == keys.map(\.key))
            #expect(endpoint.concurrency == 3 && endpoint.timeout == .seconds(5))
            #expect(endpoint.schedule == RetrySchedule(delays: [.zero, .seconds(10)]))
            #expect(endpoint.rate?.description == "10 per second")
            #expect(endpoint.headers.map(\.value.revealed) == ["Bearer geheim"])
            let kept = try await office.redis.send(
                RedisCommand("HGETALL", "weir:{records}:subscription:\(made.value.id)"))
            let text = "\(kept)"
            #expect(!text.contains(keys[0].key.text.revealed) && !text.contains("Bearer"))
            let entry = try #require(try await office.entries("subscription.create").first)
            let document = String(decoding: entry.document, as: UTF8.self)
            #expect(!document.contains("geheim") && document.contains("refund") && entry.tenant == "t1")
        }
    }

    @Test("a URL that may not be reached is refused, by what the configuration allows now")
    func unreachable() async throws {
        try await withOffice { _, office, _, _ in
            for url in ["https://10.0.0.1/", "https://[::1]:8443/", "https://crm.example.com:25/"] {
                await #expect(throws: SubscriptionFault.self, "\(url)") { try await office.make(["url": .string(url)]) }
            }
            var allowed = DeliverySettings()
            allowed.privateNetworks = [try AddressRange("10.0.0.0/8")]
            office.follower.defaults = allowed
            _ = try await office.make(["url": "https://10.0.0.1/"])
        }
    }

    @Test("all that is wrong is told at once, and the place in a filter is shown")
    func invalid() async throws {
        try await withOffice { _, office, _, _ in
            do throws(SubscriptionFault) {
                let settings = SubscriptionSettings([
                    "url": "ftp://x", "types": ["message.received", "mesage.*"], "filter": "acount = \"x\"",
                    "timeout": "1h", "schedule": ["0s", "8d"], "rate": "0 per second",
                ])
                var draft = SubscriptionDirectory.Draft(settings, key: .made(.v1))
                draft.headers = [
                    EndpointHeader(name: "X-A", value: "1"), EndpointHeader(name: "x-a", value: "2"),
                    EndpointHeader(name: "webhook-id", value: "3"), EndpointHeader(name: "X-B", value: "a\r\nb"),
                ]
                _ = try await office.directory.create(draft, tenant: "t1", code: "acme", by: "admin", origin)
                Issue.record("it was made")
            } catch {
                guard case .invalid(let problems) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(
                    problems.map(\.field) == [
                        "url", "types[1]", "filter", "rate", "timeout", "schedule[1]", "headers[1].name", "headers[2]",
                        "headers[3]",
                    ])
                #expect(problems[2].detail.contains("did you mean `account`?\n 1 | acount = \"x\"\n   | ^~~~~~"))
            }
            let count = try await office.store.count(Subscription.all)
            #expect(count == 0)
        }
    }

    @Test("former keys sign for the overlap and not longer, none longer than it had, and never more than so many")
    func rotation() async throws {
        try await withOffice { loop, office, _, _ in
            var stored = try await office.make()
            let first = try office.directory.keys(of: stored.value)[0].key
            let now = loop.wallMilliseconds
            stored = try await office.directory.rotate(stored, to: .made(.v1a), overlap: .seconds(3600), origin)
            var keys = try office.directory.keys(of: stored.value)
            #expect(keys.count == 2 && keys[0].key.scheme == .v1a && keys[0].endsAt == nil && keys[1].key == first)
            let end = try #require(keys[1].endsAt)
            #expect(end >= now + 3_600_000 && end <= loop.wallMilliseconds + 3_600_000)
            stored = try await office.directory.rotate(stored, to: .made(.v1), overlap: .seconds(86_400), origin)
            keys = try office.directory.keys(of: stored.value)
            #expect(keys.count == 3 && keys[2].endsAt == end)
            for _ in 0..<2 {
                stored = try await office.directory.rotate(stored, to: .made(.v1), overlap: .seconds(60), origin)
            }
            await #expect(throws: SubscriptionFault.self) {
                try await office.directory.rotate(stored, to: .made(.v1), overlap: .seconds(60), origin)
            }
            stored = try await office.directory.rotate(stored, to: .given(first), overlap: .zero, origin)
            keys = try office.directory.keys(of: stored.value)
            #expect(keys.map(\.key) == [first])
            let entries = try await office.entries("subscription.rotate-secret")
            #expect(entries.count == 5)
        }
    }

    @Test("however many are made at once, a tenant has no more than it may have")
    func bound() async throws {
        try await withOffice { loop, office, _, _ in
            let done = Gate()
            var (made, refused) = (0, 0)
            for _ in 0..<SubscriptionRules.perTenantMax + 20 {
                loop.spawn {
                    do { _ = try await office.make() } catch SubscriptionFault.tooMany { refused += 1 } catch {
                        Issue.record(error)
                    }
                    made += 1
                    if made == SubscriptionRules.perTenantMax + 20 { done.open() }
                }
            }
            _ = await done.wait()
            #expect(refused == 20)
            let count = try await office.store.count(Subscription.list(ofTenant: "t1"))
            #expect(count == Int64(SubscriptionRules.perTenantMax))
            _ = try await office.make(tenant: "t2", code: "other")
        }
    }

    @Test("another URL has to be verified anew, and what sets nothing anew is no change")
    func verification() async throws {
        try await withOffice { _, office, _, _ in
            var stored = try await office.make(verify: true)
            #expect(stored.value.verification == .pending)
            stored = try await office.directory.verified(stored, origin)
            #expect(stored.value.verification == .verified && stored.version == 2)
            let same = try await office.directory.change(
                stored, stored.value.settings, headers: [EndpointHeader(name: "Authorization", value: "Bearer geheim")],
                origin)
            #expect(same == stored)
            let other = stored.value.settings.changed(by: ["url": "https://elsewhere.example.com/"])
            stored = try await office.directory.change(stored, other, headers: nil, origin)
            #expect(stored.value.verification == .pending)
            let plain = try await office.make()
            let moved = try await office.directory.change(plain, other, headers: [], origin)
            #expect(moved.value.verification == .none && moved.value.headerNames.isEmpty)
            let endpoint = try office.directory.endpoint(of: moved.value)
            #expect(endpoint.headers.isEmpty)
        }
    }

    @Test("another master key wraps the secrets of subscriptions too")
    func masterKey() async throws {
        try await withOffice { loop, office, server, key in
            let stored = try await office.make()
            let keys = try office.directory.keys(of: stored.value)
            var random = RandomSource.seeded(8)
            let newKey = try MasterKey.random(&random)
            var work = Rewrapping(try Vault(MasterKeyRing(newKey, previous: [key]), random: .seeded(9)))
            try await work.run(office.store)
            #expect(work.wrapped == 1)
            let other = try await Office(loop, server, newKey, seed: 3)
            other.follow()
            let rewrapped = try await other.store.get(stored.value.id)
            #expect(try other.directory.keys(of: rewrapped.value) == keys)
            await other.stop()
        }
    }
}
