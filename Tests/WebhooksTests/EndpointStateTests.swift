// The states of endpoints, in a real Redis.

import Events
import Loop
import Redis
import TestSupport
import Testing

@testable import Webhooks

@Suite struct EndpointStateTests {
    @Test("an endpoint's state is kept until something is delivered, and told to whoever follows the changes")
    func life() async throws {
        try await withRedis { _, redis, _ in
            let book = EndpointBook()
            let store = EndpointStateStore(redis: redis, table: book)
            func notices() async throws -> Int {
                Int(try await redis.send(RedisCommand("XLEN", "weir:{records}:changes")).integer ?? 0)
            }
            #expect(try await store.keepFailing("acme/crm", since: 70, isOpen: false, at: 100)?.failingSince == 70)
            #expect(try await store.keepFailing("acme/crm", since: 90, isOpen: true, at: 110)?.failingSince == 70)
            #expect(try await store.keepFailing("acme/crm", since: 60, isOpen: true, at: 120)?.openSince == 110)
            #expect(try await notices() == 3)
            #expect(book.state(of: "acme/crm")?.failingSince == 60 && !book.isDisabled("acme/crm"))
            // Another process, and a later life of this one.
            let other = EndpointBook()
            try await EndpointStateStore(redis: redis, table: other).load()
            #expect(other.state(of: "acme/crm") == book.state(of: "acme/crm"))
            #expect(try await store.keepRecovered("acme/crm") == nil)
            #expect(try await store.keepRecovered("acme/crm") == nil)
            #expect(try await notices() == 4, "what changes nothing is no news")
            try await EndpointStateStore(redis: redis, table: other).load()
            #expect(other.state(of: "acme/crm") == nil && book.state(of: "acme/crm") == nil)
            #expect(try await redis.send(RedisCommand("EXISTS", "weir:{records}:endpoints")).integer == 0)
        }
    }

    @Test("it is disabled only if nothing was delivered meanwhile, stays so, and begins anew when enabled")
    func disabling() async throws {
        try await withRedis { _, redis, _ in
            let book = EndpointBook()
            let store = EndpointStateStore(redis: redis, table: book)
            #expect(try await store.disable("acme/crm", by: .failures, failingSince: 60, at: 100)?.isDisabled != true)
            try await store.keepFailing("acme/crm", since: 60, isOpen: false, at: 100)
            #expect(
                try await store.disable("acme/crm", by: .failures, failingSince: 60, at: 100)?.disabledBy == .failures)
            #expect(try await store.disable("acme/crm", by: .gone, failingSince: nil, at: 200)?.disabledAt == 100)
            #expect(try await store.keepRecovered("acme/crm")?.isDisabled == true)
            #expect(book.isDisabled("acme/crm") && book.disabledCount == 1)
            #expect(try await store.enable("acme/crm") == nil)
            #expect(!book.isDisabled("acme/crm") && book.disabledCount == 0)
            #expect(try await store.disable("acme/crm", by: .gone, failingSince: nil, at: 300)?.disabledBy == .gone)
        }
    }

    @Test("a tenant is told once of each turn, and again if that could not be noted")
    func owed() async throws {
        try await withRedis { _, redis, _ in
            let store = EndpointStateStore(redis: redis, table: EndpointBook())
            func owed(_ state: EndpointState?) -> EndpointNotice? { state?.owed }
            #expect(owed(try await store.keepFailing("acme/crm", since: 60, isOpen: false, at: 100)) == nil)
            let failing = EndpointNotice(.endpointFailing, since: 60)
            #expect(owed(try await store.keepFailing("acme/crm", since: 60, isOpen: true, at: 100)) == failing)
            #expect(owed(try await store.state(of: "acme/crm")) == failing, "also after a crash")
            #expect(owed(try await store.keepTold("acme/crm", failing)) == nil)
            let recovered = EndpointNotice(.endpointRecovered, since: 60)
            #expect(owed(try await store.keepRecovered("acme/crm")) == recovered)
            #expect(owed(try await store.state(of: "acme/crm")) == recovered)
            #expect(try await store.keepTold("acme/crm", recovered) == nil, "nothing is left")
            // One that fails again before its recovery was told owes nothing: it was not worth a word.
            try await store.keepFailing("acme/crm", since: 70, isOpen: true, at: 200)
            try await store.keepTold("acme/crm", EndpointNotice(.endpointFailing, since: 70))
            try await store.keepRecovered("acme/crm")
            #expect(owed(try await store.keepFailing("acme/crm", since: 80, isOpen: true, at: 300)) == nil)
            let disabled = EndpointNotice(.endpointDisabled, since: 400)
            #expect(owed(try await store.disable("acme/crm", by: .gone, failingSince: nil, at: 400)) == disabled)
            #expect(owed(try await store.keepTold("acme/crm", disabled)) == nil)
        }
    }
}
