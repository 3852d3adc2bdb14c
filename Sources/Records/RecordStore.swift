// Records of one kind in Redis: had by id, by unique name or a page at a time, changed in one atomic step together with names, lists,
// the notice for caches and the audit entry. No call looks at more records than it returns, however many there are.

package import Audit
import Codec
package import Redis

/// Belongs to one loop.
package final class RecordStore<Value: Storable> {
    package let redis: RedisClient
    private let audit: AuditLog

    package init(redis: RedisClient, audit: AuditLog) {
        self.redis = redis
        self.audit = audit
    }

    // MARK: Reading

    package func get(_ id: String) async throws(StoreFault) -> Stored<Value> {
        let reply = try await reading { () async throws(RedisError) in
            try await redis.send(RedisCommand("HMGET", RecordKeys.record(Value.kind, id), "version", "document"))
        }
        guard let words = reply.array, words.count == 2 else { throw .unavailable(.unexpectedReply(to: "HMGET")) }
        if words[0] == .null { throw .notFound }
        return try stored(id, words[0], words[1])
    }

    /// The record that has this value in a unique field.
    package func get(named name: RecordName) async throws(StoreFault) -> Stored<Value> {
        let reply = try await reading { () async throws(RedisError) in
            try await redis.run(RecordScript.named, keys: [RecordKeys.names(Value.kind, name.field)]) {
                $0.append(RecordKeys.family(Value.kind))
                $0.append(name.value)
            }
        }
        if reply == .null { throw .notFound }
        guard let words = reply.array, words.count == 3, let id = words[0].text else {
            throw .unavailable(.unexpectedReply(to: "record-named"))
        }
        return try stored(id, words[1], words[2])
    }

    /// - Parameters:
    ///   - page: from 1.
    ///   - size: at most 100, as the API has it.
    /// - Returns: the records of one page of a list, the oldest first. One that is damaged does not hide the others.
    package func page(_ list: String, page: Int, size: Int) async throws(StoreFault) -> RecordPage<Value> {
        let first = (page - 1) * size
        let reply = try await reading { () async throws(RedisError) in
            try await redis.run(RecordScript.page, keys: [RecordKeys.list(Value.kind, list)]) {
                $0.append(RecordKeys.family(Value.kind))
                $0.append(Int64(first))
                $0.append(Int64(first + size - 1))
            }
        }
        guard let words = reply.array, let total = words.first?.integer, words.count % 3 == 1 else {
            throw .unavailable(.unexpectedReply(to: "record-page"))
        }
        return self.page(words.dropFirst(), total: total)
    }

    /// The ids of a whole list, the oldest first, for who keeps all of a kind: page by page, one could be missed while others go.
    package func ids(_ list: String) async throws(StoreFault) -> [String] {
        let reply = try await reading { () async throws(RedisError) in
            try await redis.send(RedisCommand("ZRANGE", RecordKeys.list(Value.kind, list), "0", "-1"))
        }
        guard let words = reply.array else { throw .unavailable(.unexpectedReply(to: "ZRANGE")) }
        return words.compactMap(\.text)
    }

    /// So many records at a time keep Redis from others for a millisecond.
    package static var readMax: Int { 100 }

    /// Those of these ids that there are; `readMax` at most.
    package func get(all ids: some Collection<String>) async throws(StoreFault) -> RecordPage<Value> {
        let reply = try await reading { () async throws(RedisError) in
            try await redis.run(RecordScript.many, keys: [RecordKeys.list(Value.kind, "")]) {
                $0.append(RecordKeys.family(Value.kind))
                for id in ids { $0.append(id) }
            }
        }
        guard let words = reply.array, words.count % 3 == 0 else {
            throw .unavailable(.unexpectedReply(to: "record-many"))
        }
        return page(words[...], total: Int64(words.count / 3))
    }

    /// - Parameter words: id, version and document of each.
    private func page(_ words: ArraySlice<RedisValue>, total: Int64) -> RecordPage<Value> {
        var records: [Stored<Value>] = []
        var damaged: [String] = []
        for index in stride(from: words.startIndex, to: words.endIndex, by: 3) {
            let id = words[index].text ?? ""
            do throws(StoreFault) {
                records.append(try stored(id, words[index + 1], words[index + 2]))
            } catch {
                damaged.append(id)
            }
        }
        return RecordPage(records: records, damaged: damaged, total: total)
    }

    /// How many records a list has.
    package func count(_ list: String) async throws(StoreFault) -> Int64 {
        let reply = try await reading { () async throws(RedisError) in
            try await redis.send(RedisCommand("ZCARD", RecordKeys.list(Value.kind, list)))
        }
        guard let count = reply.integer else { throw .unavailable(.unexpectedReply(to: "ZCARD")) }
        return count
    }

    // MARK: Changing

    /// Fails with `.nameTaken` when another record has one of the names.
    @discardableResult
    package func create(_ value: Value, _ entry: AuditEntry?) async throws(StoreFault) -> Stored<Value> {
        try await Stored(value, version: change(.create, value.id, value, ifVersion: nil, entry))
    }

    /// Fails with `.versionMismatch` unless the record has this version; nil: whatever it has.
    @discardableResult
    package func replace(
        _ value: Value, ifVersion version: Int64?, _ entry: AuditEntry?
    ) async throws(StoreFault) -> Stored<Value> {
        try await Stored(value, version: change(.replace, value.id, value, ifVersion: version, entry))
    }

    package func delete(_ id: String, ifVersion version: Int64?, _ entry: AuditEntry?) async throws(StoreFault) {
        _ = try await change(.delete, id, nil, ifVersion: version, entry)
    }

    /// - Returns: the new version.
    private func change(
        _ step: RecordScript.Step, _ id: String, _ value: Value?, ifVersion version: Int64?, _ entry: AuditEntry?
    ) async throws(StoreFault) -> Int64 {
        let reply: RedisValue
        do throws(RedisError) {
            if let entry {
                reply = try await audit.chained(entry) { (link) async throws(RedisError) in
                    try await run(step, id, value, version, link)
                }
            } else {
                reply = try await run(step, id, value, version, nil)
            }
        } catch {
            throw .unavailable(error)
        }
        let words = reply.array ?? []
        switch words.first?.text {
        case "OK": if words.count == 2, let version = words[1].text.flatMap({ Int64($0) }) { return version }
        case "ABSENT": throw .notFound
        case "VERSION":
            if words.count == 2, let current = words[1].text.flatMap({ Int64($0) }) {
                throw .versionMismatch(current: current)
            }
        case "TAKEN": if words.count == 2, let field = words[1].text { throw .nameTaken(field: field) }
        default: break
        }
        throw .unavailable(.unexpectedReply(to: "record"))
    }

    private func run(
        _ step: RecordScript.Step, _ id: String, _ value: Value?, _ version: Int64?, _ link: AuditLink?
    ) async throws(RedisError) -> RedisValue {
        let own = [RecordKeys.record(Value.kind, id), RecordKeys.changes]
        let names = (value?.uniqueNames ?? []).flatMap { [JSONValue.string($0.field), .string($0.value)] }
        let lists = (value?.lists ?? []).map(JSONValue.string)
        return try await redis.run(RecordScript.change, keys: AuditScript.keys(own, link)) {
            AuditScript.append(link, to: &$0, keysBefore: own.count)
            $0.append(step.rawValue)
            $0.append(Value.kind)
            $0.append(id)
            $0.append(RecordKeys.family(Value.kind))
            $0.append(version.map { String($0) } ?? "")
            $0.append(value?.document.bytes ?? [])
            $0.append(JSONValue.array(names).bytes)
            $0.append(value?.createdAt ?? 0)
            $0.append(JSONValue.array(lists).bytes)
        }
    }

    private func reading(
        _ call: () async throws(RedisError) -> RedisValue
    ) async throws(StoreFault) -> RedisValue {
        do throws(RedisError) { return try await call() } catch { throw .unavailable(error) }
    }

    private func stored(_ id: String, _ version: RedisValue, _ document: RedisValue) throws(StoreFault) -> Stored<Value>
    {
        guard let version = version.text.flatMap({ Int64($0) }), let bytes = document.bytes,
            let json = try? JSONValue(parsing: bytes.span), let value = Value(document: json), value.id == id
        else { throw .unreadable(kind: Value.kind, id: id) }
        return Stored(value, version: version)
    }
}
