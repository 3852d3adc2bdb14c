// Tenants: had from memory, listed, made, changed, deleted. Each change is one step with its audit entry.

package import Audit
import Codec
package import Crypto
import Loop
package import Records
import Redis

/// Belongs to one loop.
package final class TenantDirectory {
    let store: RecordStore<TenantRecord>
    private let cache: RecordCache<TenantRecord>
    private var random: RandomSource
    private var now: Int64 { store.redis.loop.wallMilliseconds }
    /// The tenants of weir.conf by their code; replaced at a reload.
    package var configured: Set<String> = []
    /// Woken when a tenant was deleted.
    let deletions = Gate()

    /// Some kilobytes each: 16 KB of `config` at most.
    private static let cached = 1024

    package init(store: RecordStore<TenantRecord>, feed: ChangeFeed, random: RandomSource) {
        self.store = store
        cache = RecordCache(store, feed: feed, capacity: Self.cached)
        self.random = random
    }

    // MARK: Looking

    package func get(_ id: String) async throws(TenantFault) -> Stored<TenantRecord> {
        guard RecordID.isValid(id) else { throw .notFound }
        return try present(
            await storing { () async throws(StoreFault) in try await cache.get(id) })
    }

    /// As it stands in Redis now, for who goes by its version.
    package func latest(_ id: String) async throws(TenantFault) -> Stored<TenantRecord> {
        guard RecordID.isValid(id) else { throw .notFound }
        return try present(
            await storing { () async throws(StoreFault) in try await store.get(id) })
    }

    package func get(code: String) async throws(TenantFault) -> Stored<TenantRecord> {
        try present(
            await storing { () async throws(StoreFault) in
                try await store.get(named: RecordName(TenantRecord.codeField, code))
            })
    }

    /// - Parameter status: nil: all but those that are being erased.
    package func list(
        _ status: TenantStatus?, page: Int, size: Int
    ) async throws(TenantFault) -> RecordPage<TenantRecord> {
        let list = status.map(TenantRecord.list) ?? TenantRecord.all
        return try await storing { () async throws(StoreFault) in
            try await store.page(list, page: page, size: size)
        }
    }

    /// The tenant, if it may send: whoever sends in its name asks here first. Callbacks do not ask.
    package func admission(toSend id: String) async throws(TenantFault) -> TenantRecord {
        let tenant = try await get(id).value
        guard tenant.status == .active else { throw .suspended }
        return tenant
    }

    // MARK: Changing

    package func create(
        code: String, _ values: TenantChange, _ origin: Origin
    ) async throws(TenantFault) -> Stored<TenantRecord> {
        var problems = TenantRules.problems(code: code) + TenantRules.problems(values)
        if values.name == nil {
            problems.append(TenantProblem(field: "tenant_name", code: "required", detail: "a tenant has a name"))
        }
        guard problems.isEmpty else { throw .invalid(problems) }
        return try await make(code: code, values, origin)
    }

    /// Of weir.conf: its names were checked there.
    func make(
        code: String, _ values: TenantChange, _ origin: Origin
    ) async throws(TenantFault) -> Stored<TenantRecord> {
        var tenant = TenantRecord(
            id: RecordID.make(at: now, using: &random), code: code, name: values.name ?? code, createdAt: now)
        values.apply(to: &tenant)
        let entry = origin.entry("tenant.create", on: tenant.object, tenant: tenant.id, after: tenant.document)
        return try await storing { [tenant] () async throws(StoreFault) in try await store.create(tenant, entry) }
    }

    /// - Parameter version: what the caller saw; nil: whatever it is, the change is made to that.
    package func update(
        _ id: String, _ change: TenantChange, ifVersion version: Int64?, _ origin: Origin
    ) async throws(TenantFault) -> Stored<TenantRecord> {
        let problems = TenantRules.problems(change)
        guard problems.isEmpty else { throw .invalid(problems) }
        return try await replace(id, ifVersion: version, "tenant.update", origin) { change.apply(to: &$0) }
    }

    /// From now on the API does not know it; its data are erased after this.
    package func delete(
        _ id: String, ifVersion version: Int64?, _ origin: Origin
    ) async throws(TenantFault) {
        let code = try await latest(id).value.code
        guard !configured.contains(code) else { throw .configured }
        _ = try await replace(id, ifVersion: version, "tenant.delete", origin) { $0.status = .deleted }
        deletions.open()
    }

    private func replace(
        _ id: String, ifVersion version: Int64?, _ action: String, _ origin: Origin,
        _ body: (inout TenantRecord) -> Void
    ) async throws(TenantFault) -> Stored<TenantRecord> {
        while true {
            // Not from memory: the entry tells what was before.
            let before = try await latest(id)
            if let version, version != before.version { throw .versionMismatch(current: before.version) }
            var tenant = before.value
            body(&tenant)
            // What sets nothing anew is no change, for the log and for whoever holds an ETag.
            if tenant == before.value { return before }
            tenant.updatedAt = max(now, before.value.updatedAt)
            let entry = origin.entry(
                action, on: tenant.object, tenant: id, before: before.value.document, after: tenant.document)
            defer { cache.changed(id) }
            do {
                return try await storing { [tenant] () async throws(StoreFault) in
                    try await store.replace(tenant, ifVersion: before.version, entry)
                }
            } catch .versionMismatch where version == nil {
                continue
            }
        }
    }

    private func present(_ stored: Stored<TenantRecord>) throws(TenantFault) -> Stored<TenantRecord> {
        guard stored.value.status != .deleted else { throw .notFound }
        return stored
    }

    private func storing<Result>(
        _ body: () async throws(StoreFault) -> Result
    ) async throws(TenantFault) -> Result {
        do throws(StoreFault) { return try await body() } catch { throw TenantFault(error) }
    }
}

extension TenantRecord {
    var object: AuditObject { AuditObject(Self.kind, id) }
}
