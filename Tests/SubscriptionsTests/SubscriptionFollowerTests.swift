// What traffic loops are told of subscriptions, with several processes on a real Redis.

import Codec
import Crypto
import Gateway
import Loop
import Records
import Redis
import Routing
import TestSupport
import Testing
import Vault

@testable import Subscriptions

@Suite struct SubscriptionFollowerTests {
    private static func urls(_ office: Office) -> [String]? { office.subscribers?.map(\.endpoint.url.text) }

    @Test("a change is published in its own process when the call returns, and in another soon")
    func propagation() async throws {
        try await withOffice { loop, office, server, key in
            let other = try await Office(loop, server, key, seed: 2)
            other.follow()
            var stored = try await office.make()
            #expect(Self.urls(office) == ["https://crm.example.com/hook"])
            #expect(await eventually(on: loop) { Self.urls(other) == ["https://crm.example.com/hook"] })
            #expect(other.subscribers?.first?.endpoint == office.subscribers?.first?.endpoint)
            let settings = stored.value.settings.changed(by: [
                "url": "https://other.example.com/", "types": ["account.*"],
            ])
            stored = try await office.directory.change(stored, settings, headers: nil, origin)
            #expect(Self.urls(office) == ["https://other.example.com/"])
            #expect(await eventually(on: loop) { Self.urls(other) == ["https://other.example.com/"] })
            stored = try await office.directory.set(stored, enabled: false, reason: "for the test", origin)
            #expect(office.subscribers?.map(\.isReceiving) == [false])
            #expect(await eventually(on: loop) { other.subscribers?.map(\.isReceiving) == [false] })
            try await office.directory.delete(stored, origin)
            #expect(Self.urls(office) == [])
            #expect(await eventually(on: loop) { Self.urls(other) == [] })
            #expect(office.faults == [] && other.faults == [])
            await other.stop()
        }
    }

    @Test("a start publishes all there are, not before it has them, and what changes while it reads is not missed")
    func start() async throws {
        try await withOffice { loop, office, server, key in
            for number in 0..<250 {
                _ = try await office.make(tenant: "t\(number % 3)", code: "tenant\(number % 3)")
            }
            let first = try await office.store.page(Subscription.all, page: 1, size: 1).records[0]
            let other = try await Office(loop, server, key, seed: 2)
            #expect(other.subscribers == nil)
            other.follow()
            try await office.directory.delete(first, origin)
            _ = try await office.make(tenant: "t9", code: "late")
            #expect(await eventually(on: loop) { other.subscribers?.count == 250 && other.publications > 0 })
            #expect(
                await eventually(on: loop) {
                    other.subscribers?.map(\.endpoint) == office.subscribers?.map(\.endpoint)
                })
            await other.stop()
        }
    }

    @Test("a key stops signing at its end, without anybody doing anything")
    func overlap() async throws {
        try await withOffice { loop, office, _, _ in
            let stored = try await office.make()
            _ = try await office.directory.rotate(stored, to: .made(.v1), overlap: .milliseconds(300), origin)
            #expect(office.subscribers?.first?.endpoint.keys.count == 2)
            #expect(await eventually(on: loop) { office.subscribers?.first?.endpoint.keys.count == 1 })
        }
    }

    @Test("one that is damaged keeps no other from its events, and is told of")
    func damaged() async throws {
        try await withOffice { loop, office, server, key in
            let bad = try await office.make()
            _ = try await office.make(["url": "https://good.example.com/"])
            _ = try await office.redis.send(
                RedisCommand("HSET", "weir:{records}:subscription:\(bad.value.id)", "document", "{}"))
            let other = try await Office(loop, server, key, seed: 2)
            other.follow()
            #expect(await eventually(on: loop) { Self.urls(other) == ["https://good.example.com/"] })
            #expect(other.faults.count == 1)
            // Sealed elsewhere: its secrets do not open here.
            let good = try await office.store.page(Subscription.all, page: 1, size: 9).records[0]
            var random = RandomSource.seeded(5)
            let stranger = try Vault(MasterKeyRing(.random(&random)), random: .seeded(4))
            let envelope = try stranger.seal("{}".utf8.span, at: good.value.place)
            try await office.store.replace(good.value.resealed(envelope), ifVersion: nil, nil)
            #expect(await eventually(on: loop) { Self.urls(other) == [] })
            #expect(await eventually(on: loop) { other.faults.count == 2 })
            await other.stop()
        }
    }

    @Test("what is not said is as the configuration has it, also after a reload")
    func defaults() async throws {
        try await withOffice { loop, office, _, _ in
            _ = try await office.make()
            _ = try await office.make(["timeout": "3s"])
            var settings = DeliverySettings()
            settings.timeout = .seconds(9)
            office.follower.defaults = settings
            #expect(
                await eventually(on: loop) {
                    office.subscribers?.map(\.endpoint.timeout) == [.seconds(9), .seconds(3)]
                }
            )
        }
    }
}
