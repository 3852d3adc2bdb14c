// Looks into the log by filters, the newest first. Each lookup walks the shortest index that fits; a filter that no index answers is
// applied to what is read, up to a bound.

package import Redis

/// Nil: whatever it is.
package struct AuditFilter: Sendable {
    /// Milliseconds since 1970; both ends belong to the range.
    package var from: Int64?
    package var to: Int64?
    package var tenant: String?
    package var actorID: String?
    package var actorName: String?
    /// `tenant.update`, or `tenant` for all that is done to tenants.
    package var action: String?
    package var objectKind: String?
    package var objectID: String?
    package var outcome: AuditOutcome?

    package init() {}

    func matches(_ entry: AuditEntry) -> Bool {
        func fits(_ wanted: String?, _ value: String?) -> Bool { wanted == nil || wanted == value }
        return fits(tenant, entry.tenant) && fits(actorID, entry.actor.id) && fits(actorName, entry.actor.name)
            && fits(objectKind, entry.object?.kind) && fits(objectID, entry.object?.id)
            && (outcome == nil || outcome == entry.outcome)
            && (action == nil || action == entry.action || action.map { entry.action.hasPrefix($0 + ".") } == true)
    }

    /// The indexes that hold every entry which matches.
    fileprivate var indexes: [String] {
        var indexes = [AuditKeys.all]
        if let tenant { indexes.append(AuditKeys.tenant(tenant)) }
        if let actorID { indexes.append(AuditKeys.actor(actorID)) }
        if let objectKind, let objectID { indexes.append(AuditKeys.object(AuditObject(objectKind, objectID))) }
        return indexes
    }

    /// Whether this index holds only entries that match, but for the time.
    fileprivate func isAnswered(by index: String) -> Bool {
        var rest = self
        if index == tenant.map(AuditKeys.tenant) { rest.tenant = nil }
        if index == actorID.map(AuditKeys.actor) { rest.actorID = nil }
        if let kind = objectKind, let id = objectID, index == AuditKeys.object(AuditObject(kind, id)) {
            (rest.objectKind, rest.objectID) = (nil, nil)
        }
        let wanted = [
            rest.tenant, rest.actorID, rest.actorName, rest.action, rest.objectKind, rest.objectID,
            rest.outcome?.rawValue,
        ]
        return wanted.allSatisfy { $0 == nil }
    }
}

package struct AuditPage: Sendable {
    package let records: [AuditRecord]
    package let total: Int64
    /// False when the bound ended the search: older entries were not looked at, and `total` counts those that were.
    package let isComplete: Bool
}

/// Belongs to one loop.
package final class AuditReader {
    /// About a second of reading; a narrower range of time reaches further back.
    package static let examinedMax: Int64 = 20_000
    /// What one script call, and one turn of the loop, has to do.
    private static let batch: Int64 = 128

    private let redis: RedisClient

    package init(redis: RedisClient) { self.redis = redis }

    /// - Parameters:
    ///   - page: from 1.
    ///   - size: at most 100, as the API has it.
    package func page(_ filter: AuditFilter, page: Int, size: Int) async throws(RedisError) -> AuditPage {
        let (index, places) = try await shortestIndex(filter)
        let (skipped, overflow) = Int64(page - 1).multipliedReportingOverflow(by: Int64(size))
        guard !overflow else { return AuditPage(records: [], total: Int64(places.count), isComplete: true) }
        if filter.isAnswered(by: index) {
            let last = max(places.lowerBound, places.upperBound - skipped)
            let records = try await read(index, max(places.lowerBound, last - Int64(size))..<last, within: places)
            return AuditPage(records: records, total: Int64(places.count), isComplete: true)
        }
        var records: [AuditRecord] = []
        var matches: Int64 = 0
        let first = max(places.lowerBound, places.upperBound - Self.examinedMax)
        var last = places.upperBound
        while last > first {
            let start = max(first, last - Self.batch)
            for record in try await read(index, start..<last, within: places) where filter.matches(record.entry) {
                matches += 1
                if matches > skipped, records.count < size { records.append(record) }
            }
            last = start
        }
        return AuditPage(records: records, total: matches, isComplete: first == places.lowerBound)
    }

    /// The index with the fewest entries in the range of time, and the places of those.
    private func shortestIndex(_ filter: AuditFilter) async throws(RedisError) -> (String, Range<Int64>) {
        let indexes = filter.indexes
        let reply = try await redis.run(Self.bounds, keys: indexes) {
            $0.append("(\(filter.from ?? 0)")
            $0.append(filter.to.map { String($0) } ?? "+inf")
        }
        guard let counts = reply.array?.compactMap(\.integer), counts.count == 2 * indexes.count else {
            throw .unexpectedReply(to: "audit-bounds")
        }
        let candidates = indexes.indices.map { place in
            (indexes[place], counts[2 * place]..<max(counts[2 * place], counts[2 * place + 1]))
        }
        return candidates.min { $0.1.count < $1.1.count } ?? (AuditKeys.all, 0..<0)
    }

    /// The entries at these places of an index, the newest first.
    private func read(
        _ index: String, _ range: Range<Int64>, within bounds: Range<Int64>
    ) async throws(RedisError) -> [AuditRecord] {
        let range = range.clamped(to: bounds)
        guard !range.isEmpty else { return [] }
        let reply = try await redis.run(Self.range, keys: [index, AuditKeys.stream]) {
            $0.append(range.lowerBound)
            $0.append(range.upperBound - 1)
        }
        guard let entries = reply.array else { throw .unexpectedReply(to: "audit-range") }
        return entries.reversed().compactMap { StreamEntry($0).flatMap(AuditRecord.init) }
    }

    /// KEYS: indexes. ARGV: the earliest and the latest score. For each index how many stand before the range, and up to its end.
    private static let bounds = RedisScript(
        "audit-bounds",
        """
        local reply = {}
        for _, key in ipairs(KEYS) do
          reply[#reply + 1] = redis.call('ZCOUNT', key, '-inf', ARGV[1])
          reply[#reply + 1] = redis.call('ZCOUNT', key, '-inf', ARGV[2])
        end
        return reply
        """)

    /// KEYS: an index, the stream. ARGV: first and last place.
    private static let range = RedisScript(
        "audit-range",
        """
        local reply = {}
        local found = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES')
        for i = 1, #found, 2 do
          local id = found[i + 1] .. '-' .. string.format('%.0f', tonumber(found[i]))
          local entry = redis.call('XRANGE', KEYS[2], id, id)[1]
          if entry then reply[#reply + 1] = entry end
        end
        return reply
        """)
}
