// Tenants on a real Redis.

import Audit
import Codec
import Loop
import Records
import Redis
import TestSupport
import Testing

@testable import Tenancy

@Suite struct TenantDirectoryTests {
    private static func named(_ name: String) -> TenantChange {
        var change = TenantChange()
        change.name = name
        return change
    }

    @Test("a new tenant has the design's defaults, and its creation stands in the log")
    func creation() async throws {
        try await withOffice { _, office, _ in
            let made = try await office.tenants.create(code: "acme", Self.named("Acme 公司"), origin)
            let tenant = made.value
            #expect(made.version == 1 && tenant.name == "Acme 公司" && tenant.code == "acme")
            #expect(tenant.maxAccounts == 10 && tenant.maxDailyMessages == 10_000 && tenant.status == .active)
            #expect(tenant.timezone == "Asia/Shanghai" && tenant.config == [:] && tenant.webhookURL == nil)
            let byID = try await office.tenants.get(tenant.id)
            let byCode = try await office.tenants.get(code: "acme")
            #expect(byID == made && byCode == made)
            let entry = try #require(try await office.entries("tenant.create").first)
            #expect(entry.actor == origin.actor && entry.address == "::1" && entry.requestID == "r")
            #expect(entry.tenant == tenant.id && entry.object == AuditObject("tenant", tenant.id))
            #expect(entry.after?["tenant_code"] == "acme" && entry.before == nil)
            await #expect(throws: TenantFault.codeTaken) {
                try await office.tenants.create(code: "acme", Self.named("Other"), origin)
            }
        }
    }

    @Test("all that is wrong with a tenant is told at once, and nothing is kept")
    func invalid() async throws {
        try await withOffice { _, office, _ in
            var change = TenantChange()
            change.name = " "
            change.maxAccounts = -1
            change.maxDailyMessages = 1_000_000_001
            change.webhookURL = "ftp://example.com"
            change.config = ["a": .string(String(repeating: "x", count: 16 * 1024))]
            change.timezone = "Mars/Phobos"
            change.status = .deleted
            do throws(TenantFault) {
                _ = try await office.tenants.create(code: "a b", change, origin)
                Issue.record("was created")
            } catch {
                guard case .invalid(let problems) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(
                    problems.map(\.field) == [
                        "tenant_code", "tenant_name", "max_accounts", "max_daily_messages", "webhook_url", "config",
                        "timezone", "status",
                    ])
            }
            let page = try await office.tenants.list(nil, page: 1, size: 10)
            #expect(page.total == 0)
        }
    }

    @Test("an update sets what it names, keeps the code, and logs what differed, without secrets")
    func update() async throws {
        try await withOffice { _, office, _ in
            let made = try await office.tenants.create(code: "acme", Self.named("Acme"), origin)
            var change = TenantChange()
            change.maxAccounts = 3
            change.webhookURL = "https://example.com/hook?key=geheim"
            change.config = ["bot": ["token": "geheim"]]
            let updated = try await office.tenants.update(made.value.id, change, ifVersion: 1, origin)
            #expect(updated.version == 2 && updated.value.maxAccounts == 3 && updated.value.name == "Acme")
            await #expect(throws: TenantFault.versionMismatch(current: 2)) {
                try await office.tenants.update(made.value.id, change, ifVersion: 1, origin)
            }
            // What changes nothing is no change.
            let same = try await office.tenants.update(made.value.id, change, ifVersion: 2, origin)
            #expect(same == updated)
            let entries = try await office.entries("tenant.update")
            #expect(entries.count == 1)
            #expect(entries[0].before?["max_accounts"] == 10 && entries[0].after?["max_accounts"] == 3)
            #expect(entries[0].after?["tenant_name"] == nil)
            #expect(!String(decoding: entries[0].document, as: UTF8.self).contains("geheim"))
            change.webhookURL = .some(nil)
            let without = try await office.tenants.update(made.value.id, change, ifVersion: nil, origin)
            #expect(without.value.webhookURL == nil)
        }
    }

    @Test("changes without a version that meet each other all take place")
    func meetingChanges() async throws {
        try await withOffice { loop, office, server in
            let other = try await Office(loop, server, seed: 2)
            let id = try await office.tenants.create(code: "acme", Self.named("Acme"), origin).value.id
            let done = Gate()
            var finished = 0
            for number in 0..<20 {
                loop.spawn {
                    var change = TenantChange()
                    if number % 2 == 0 { change.maxAccounts = Int64(100 + number) } else { change.name = "n\(number)" }
                    let tenants = number % 4 < 2 ? office.tenants : other.tenants
                    do { _ = try await tenants.update(id, change, ifVersion: nil, origin) } catch {
                        Issue.record(error)
                    }
                    finished += 1
                    if finished == 20 { done.open() }
                }
            }
            _ = await done.wait()
            let end = try await office.tenants.get(id)
            #expect(end.version == 21 && end.value.maxAccounts >= 100 && end.value.name.hasPrefix("n"))
            let verdict = try await AuditVerification.run(redis: office.redis)
            #expect(verdict.faults == [] && verdict.head.number == 21)
            await other.stop()
        }
    }

    @Test("suspension is known to every process: what is sent is refused, in both directions")
    func suspension() async throws {
        try await withOffice { loop, office, server in
            let other = try await Office(loop, server, seed: 2)
            let id = try await office.tenants.create(code: "acme", Self.named("Acme"), origin).value.id
            let admitted = try await other.tenants.admission(toSend: id)
            #expect(admitted.code == "acme")
            var change = TenantChange()
            change.status = .suspended
            let suspended = try await office.tenants.update(id, change, ifVersion: nil, origin)
            #expect(suspended.value.status == .suspended)
            await #expect(throws: TenantFault.suspended) { try await office.tenants.admission(toSend: id) }
            await becomes(.suspended, other, id, loop)
            let lists = try await (
                other.tenants.list(.suspended, page: 1, size: 10), other.tenants.list(.active, page: 1, size: 10)
            )
            #expect(lists.0.total == 1 && lists.1.total == 0)
            change.status = .active
            _ = try await office.tenants.update(id, change, ifVersion: nil, origin)
            await becomes(nil, other, id, loop)
            await #expect(throws: TenantFault.notFound) { try await office.tenants.admission(toSend: "nobody") }
            await other.stop()
        }
    }

    /// Waits until a process that was not told itself knows.
    private func becomes(_ refusal: TenantFault?, _ office: Office, _ id: String, _ loop: EventLoop) async {
        let became = await eventually(on: loop) {
            do throws(TenantFault) {
                _ = try await office.tenants.admission(toSend: id)
                return refusal == nil
            } catch {
                return refusal == error
            }
        }
        #expect(became, "did not become \(String(describing: refusal))")
    }
}
