// What is made and erased in the background, on a real Redis.

import Audit
import Codec
import Gateway
import Loop
import Records
import Redis
import TestSupport
import Testing

@testable import Tenancy

@Suite struct TenantKeepingTests {
    private static func keeping(_ office: Office, _ data: [any TenantData] = []) -> TenantKeeping {
        TenantKeeping(office.tenants, data: data) { Issue.record($0) }
    }

    @Test("tenants of weir.conf are made once, however many processes start at once, and stay as they were changed")
    func configured() async throws {
        try await withOffice { loop, office, server in
            let other = try await Office(loop, server, seed: 2)
            for office in [office, other] { office.tenants.configured = ["acme", "beta"] }
            let keepers = [Self.keeping(office), Self.keeping(other)]
            let running = keepers.map { keeper in loop.spawn { await keeper.run() } }
            #expect(
                await eventually(on: loop) {
                    (try? await office.tenants.list(nil, page: 1, size: 9).total == 2) == true
                })
            for keeper in keepers { await keeper.stop() }
            for task in running { await task.value }
            let created = try await office.entries("tenant.create")
            #expect(created.map(\.actor) == [.system("configuration"), .system("configuration")])
            let acme = try await office.tenants.get(code: "acme")
            #expect(acme.value.name == "acme" && acme.value.status == .active)
            var change = TenantChange()
            change.status = .suspended
            _ = try await office.tenants.update(acme.value.id, change, ifVersion: nil, origin)
            try await keepers[1].ensureConfigured()
            let kept = try await office.tenants.get(code: "acme")
            #expect(kept.value.status == .suspended && kept.version == 2)
            await other.stop()
        }
    }

    @Test("a tenant of weir.conf is not deleted while it stands there")
    func configuredStays() async throws {
        try await withOffice { _, office, _ in
            office.tenants.configured = ["acme"]
            try await Self.keeping(office).ensureConfigured()
            let id = try await office.tenants.get(code: "acme").value.id
            await #expect(throws: TenantFault.configured) {
                try await office.tenants.delete(id, ifVersion: nil, origin)
            }
            office.tenants.configured = []
            try await office.tenants.delete(id, ifVersion: nil, origin)
        }
    }

    @Test("a deleted tenant is gone at once; its data are erased, its code is free, the log tells of both")
    func deletion() async throws {
        try await withOffice { _, office, _ in
            let store = RecordStore<Badge>(redis: office.redis, audit: office.log)
            let keeping = Self.keeping(
                office,
                [
                    TenantRecords("badges", store) { "tenant:" + $0.id }, TenantCounters(redis: office.redis),
                    TenantDeliveries(redis: office.redis),
                ])
            var name = TenantChange()
            name.name = "Acme"
            let id = try await office.tenants.create(code: "acme", name, origin).value.id
            let other = try await office.tenants.create(code: "acme2", name, origin).value.id
            for number in 0..<250 {
                try await store.create(Badge(id: "a\(number)", tenant: number < 240 ? id : other), nil)
            }
            for key in ["weir:{t:acme}:day:2026-11-24", "weir:{t:acme}:accounts", "weir:{t:acme2}:accounts"] {
                _ = try await office.redis.send(RedisCommand("SET", key, "1"))
            }
            let partition = Partition.all[3]
            for endpoint in ["acme/crm", "acme2/crm"] {
                _ = try await office.redis.send(RedisCommand("ZADD", partition.endpoints, "1", endpoint))
                for stream in [partition.attempts(endpoint), partition.dead(endpoint), partition.dead(endpoint)] {
                    _ = try await office.redis.send(RedisCommand("XADD", stream, "*", "event", "{}"))
                }
            }
            try await office.tenants.delete(id, ifVersion: nil, origin)
            await #expect(throws: TenantFault.notFound) { try await office.tenants.get(id) }
            await #expect(throws: TenantFault.notFound) { try await office.tenants.get(code: "acme") }
            await #expect(throws: TenantFault.notFound) { try await office.tenants.admission(toSend: id) }
            await #expect(throws: TenantFault.notFound) {
                try await office.tenants.update(id, name, ifVersion: nil, origin)
            }
            await #expect(throws: TenantFault.notFound) {
                try await office.tenants.delete(id, ifVersion: nil, origin)
            }
            await #expect(throws: TenantFault.codeTaken) {
                try await office.tenants.create(code: "acme", name, origin)
            }
            let listed = try await office.tenants.list(nil, page: 1, size: 10)
            #expect(listed.records.map(\.value.id) == [other] && listed.total == 1)

            try await keeping.eraseDeleted()
            let erased = try #require(try await office.entries("tenant.erase").first)
            #expect(erased.actor == .system("erasure") && erased.tenant == id)
            #expect(erased.after == ["badges": 240, "counters": 2, "deliveries": 3])
            let deleted = try #require(try await office.entries("tenant.delete").first)
            #expect(deleted.actor == origin.actor)
            let rest = try await (
                store.count("tenant:" + other), store.count("tenant:" + id),
                office.redis.send(RedisCommand("XLEN", partition.dead("acme2/crm"))),
                office.redis.send(RedisCommand("EXISTS", "weir:{t:acme2}:accounts"))
            )
            #expect(rest == (10, 0, .integer(2), .integer(1)))
            let again = try await office.tenants.create(code: "acme", name, origin)
            #expect(again.value.id != id)
        }
    }

    @Test("an erasure that a failure interrupts is finished by whoever looks next")
    func interrupted() async throws {
        try await withOffice { loop, office, server in
            final class Unwilling: TenantData {
                let name = "unwilling"
                var failures = 1
                func erase(_ tenant: TenantRecord) async throws(StoreFault) -> Int {
                    guard failures > 0 else { return 7 }
                    failures -= 1
                    throw .unavailable(.unavailable("on purpose"))
                }
            }
            var name = TenantChange()
            name.name = "Acme"
            let id = try await office.tenants.create(code: "acme", name, origin).value.id
            try await office.tenants.delete(id, ifVersion: nil, origin)
            let unwilling = Unwilling()
            await #expect(throws: TenantFault.self) { try await Self.keeping(office, [unwilling]).eraseDeleted() }
            let none = try await office.entries("tenant.erase")
            #expect(none.isEmpty)
            let other = try await Office(loop, server, seed: 2)
            let keeping = Self.keeping(other, [unwilling])
            let running = loop.spawn { await keeping.run() }
            #expect(await eventually(on: loop) { (try? await office.entries("tenant.erase").count == 1) == true })
            await keeping.stop()
            await running.value
            await other.stop()
        }
    }
}

/// A record that belongs to a tenant.
private struct Badge: Storable {
    static let kind = "badge"
    let id: String
    let tenant: String
    var createdAt: Int64 { 0 }
    var uniqueNames: [RecordName] { [] }
    var lists: [String] { ["tenant:" + tenant] }
    var document: JSONValue { ["id": .string(id), "tenant": .string(tenant)] }

    init(id: String, tenant: String) {
        self.id = id
        self.tenant = tenant
    }

    init?(document: JSONValue) {
        guard let id = document["id"]?.string, let tenant = document["tenant"]?.string else { return nil }
        self.init(id: id, tenant: tenant)
    }
}
