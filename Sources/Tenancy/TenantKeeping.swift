// What goes on in the background: the tenants of weir.conf are made where they are not yet, and the data of deleted ones are erased.
// Both begin anew after a failure or a restart, and do no harm when several processes do them at once.

import Audit
import Codec
import Loop
package import Records
import Redis

/// Data of tenants that are erased with their tenant.
package protocol TenantData: AnyObject {
    /// Names it in the audit log: `users`.
    var name: String { get }
    /// Called again after a failure; there may be nothing left to do.
    /// - Returns: how much there was.
    func erase(_ tenant: TenantRecord) async throws(StoreFault) -> Int
}

/// Belongs to one loop.
package final class TenantKeeping {
    /// Between two looks for what another process left undone, and after a failure.
    private static let interval = Duration.seconds(60)
    private static let pauseAfterFailure = Duration.seconds(1)
    private static let batch = 100

    private let tenants: TenantDirectory
    private let data: [any TenantData]
    private let onFault: (TenantFault) -> Void
    private var isStopped = false
    private let ended = Gate()

    /// - Parameters:
    ///   - data: erased in this order: first what opens doors.
    ///   - onFault: told what goes wrong, as nobody waits for an answer.
    package init(_ tenants: TenantDirectory, data: [any TenantData], onFault: @escaping (TenantFault) -> Void) {
        self.tenants = tenants
        self.data = data
        self.onFault = onFault
    }

    /// Goes on until `stop`. Start once, as a task of the loop.
    package func run() async {
        let loop = tenants.store.redis.loop
        while !isStopped {
            var pause = Self.interval
            do throws(TenantFault) {
                try await eraseDeleted()
                try await ensureConfigured()
            } catch {
                pause = Self.pauseAfterFailure
                if !isStopped { onFault(error) }
            }
            guard !isStopped else { break }
            let timer = loop.schedule(at: loop.now + pause) { self.tenants.deletions.open(.timedOut) }
            _ = await tenants.deletions.wait()
            timer.cancel()
        }
        ended.open()
    }

    /// At a reload: other tenants may be configured.
    package func wake() { tenants.deletions.open() }

    package func stop() async {
        isStopped = true
        tenants.deletions.open()
        _ = await ended.wait()
    }

    package func ensureConfigured() async throws(TenantFault) {
        for code in tenants.configured.sorted() {
            do {
                _ = try await tenants.get(code: code)
            } catch .notFound {
                do {
                    _ = try await tenants.make(code: code, TenantChange(), .system("configuration"))
                } catch .codeTaken {
                    // Another process was faster, or its predecessor is still being erased: then the next look makes it.
                }
            }
        }
    }

    package func eraseDeleted() async throws(TenantFault) {
        do throws(StoreFault) {
            while !isStopped {
                let page = try await tenants.store.page(TenantRecord.erasing, page: 1, size: Self.batch)
                guard !page.records.isEmpty else {
                    for id in page.damaged { onFault(TenantFault(.unreadable(kind: TenantRecord.kind, id: id))) }
                    return
                }
                for stored in page.records where !isStopped { try await erase(stored.value) }
            }
        } catch {
            throw TenantFault(error)
        }
    }

    private func erase(_ tenant: TenantRecord) async throws(StoreFault) {
        var counts: [JSONValue.Member] = []
        for part in data {
            let count = try await part.erase(tenant)
            counts.append(JSONValue.Member(part.name, .number(JSONNumber(count))))
        }
        let entry = Origin.system("erasure").entry(
            "tenant.erase", on: tenant.object, tenant: tenant.id, before: tenant.document, after: .object(counts))
        do {
            try await tenants.store.delete(tenant.id, ifVersion: nil, entry)
        } catch .notFound {
            // Another process was faster.
        }
    }
}

/// The records of one kind that belong to a tenant.
package final class TenantRecords<Value: Storable>: TenantData {
    package let name: String
    private let store: RecordStore<Value>
    private let list: (TenantRecord) -> String

    /// - Parameter list: the list of the kind that holds a tenant's records.
    package init(_ name: String, _ store: RecordStore<Value>, in list: @escaping (TenantRecord) -> String) {
        self.name = name
        self.store = store
        self.list = list
    }

    package func erase(_ tenant: TenantRecord) async throws(StoreFault) -> Int {
        var count = 0
        while true {
            let page = try await store.page(list(tenant), page: 1, size: 100)
            let ids = page.records.map(\.value.id) + page.damaged
            guard !ids.isEmpty else { return count }
            for id in ids {
                do {
                    try await store.delete(id, ifVersion: nil, nil)
                    count += 1
                } catch .notFound {}
            }
        }
    }
}
