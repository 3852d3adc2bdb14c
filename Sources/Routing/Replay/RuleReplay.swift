// Recorded events once more through two rule sets: what `weir rules diff` and the API tell before anybody deploys new rules.
// Nothing is routed and nothing is changed. The recording is what the inboxes keep (`history` in weir.conf).

package import Events
import Gateway
import Loop
package import Redis
package import Rules

package struct RuleReplay: Sendable {
    package let diff: RuleDiff
    /// What was asked for.
    package let since: Timestamp
    package let until: Timestamp
    /// From here on every event was compared; later than `since` if the recording is shorter, or `isTruncated`.
    package let completeSince: Timestamp
    /// There were more events than a replay takes; these are the latest ones.
    package let isTruncated: Bool

    package var isComplete: Bool { completeSince <= since }

    /// How far back one may ask.
    package static let spans: ClosedRange<Duration> = .seconds(1) ... .seconds(30 * 86_400)

    /// Reads the latest events first, in small pages, so that neither Redis nor the loop is kept from others for long.
    /// - Parameters:
    ///   - eventsMax: how many are compared at most.
    ///   - timeMax: how long it takes, about; what was not compared by then is left out like what is beyond `eventsMax`.
    package static func run(
        before: RuleSet, after: RuleSet, last: Duration, eventsMax: Int = .max, timeMax: Duration? = nil,
        changesMax: Int, on redis: RedisClient
    ) async throws(RedisError) -> RuleReplay {
        let until = UInt64(max(0, redis.loop.wallMilliseconds))
        let span = UInt64(max(0, last.milliseconds))
        let since = until > span ? until - span : 0
        var comparer = RuleComparer(before: before, after: after, changesMax: changesMax)
        var diff = comparer.diff
        var recordings = Partition.all.map { Recording($0, since: since, until: until) }
        func readPages() async throws(RedisError) {
            for index in recordings.indices where recordings[index].needsPage {
                try await recordings[index].read(redis, &comparer)
            }
        }
        var taken = 0
        var lastTaken = until
        let end = timeMax.map { redis.loop.now + $0 } ?? .never
        while taken < eventsMax, redis.loop.now < end {
            try await readPages()
            let heads = recordings.indices.filter { recordings[$0].head != nil }
            guard let latest = heads.max(by: { recordings[$0].id < recordings[$1].id }),
                let head = recordings[latest].head
            else { break }
            diff.add(head.outcome)
            lastTaken = head.id.milliseconds
            recordings[latest].advance()
            taken += 1
        }
        try await readPages()
        let isTruncated = recordings.contains { $0.head != nil }
        // Afterwards, since Weir goes on meanwhile.
        var completeSince = try await recordedSince(redis)
        if isTruncated { completeSince = max(completeSince, lastTaken) }
        return RuleReplay(
            diff: diff, since: Self.time(since), until: Self.time(until),
            completeSince: Self.time(min(until, max(since, completeSince))), isTruncated: isTruncated)
    }

    /// In milliseconds: since when all inboxes have every event.
    private static func recordedSince(_ redis: RedisClient) async throws(RedisError) -> UInt64 {
        var since: UInt64 = 0
        for partition in Partition.all {
            // Routers say it as soon as they have the partition; where none has, nothing is known.
            let kept = try await redis.send(RedisCommand("GET", partition.kept)).text.flatMap { StreamID($0) }
            since = max(since, kept?.milliseconds ?? UInt64(max(0, redis.loop.wallMilliseconds)))
        }
        return since
    }

    private static func time(_ milliseconds: UInt64) -> Timestamp {
        Timestamp(milliseconds: Int64(clamping: milliseconds)) ?? .epoch
    }
}

/// What one partition has recorded, from the latest event on.
private struct Recording {
    /// So many are compared before anybody else has a turn: about a millisecond.
    private static let pageEntriesMax = 128
    /// So long a page may take where the rules are many.
    private static let pageTime = Duration.milliseconds(5)
    /// Redis serves nobody else while it answers, and records can be as large as a request's body.
    private static let pageBytes = 256 << 10

    private let partition: Partition
    private let since: UInt64
    /// Where the next page begins: as XREVRANGE has it.
    private var end: String
    private var isExhausted = false
    /// How many the next page has, by the size of those before.
    private var pageEntries = 8
    /// The page, without the records: an event may be large, and sixteen pages wait at a time.
    private var page: ArraySlice<(id: StreamID, outcome: RuleComparer.Outcome)> = []

    init(_ partition: Partition, since: UInt64, until: UInt64) {
        self.partition = partition
        self.since = since
        end = String(until)
    }

    var needsPage: Bool { page.isEmpty && !isExhausted }
    var head: (id: StreamID, outcome: RuleComparer.Outcome)? { page.first }
    var id: StreamID { page.first?.id ?? .zero }

    mutating func advance() { page.removeFirst() }

    mutating func read(_ redis: RedisClient, _ comparer: inout RuleComparer) async throws(RedisError) {
        let reply = try await redis.send(
            RedisCommand("XREVRANGE", partition.inbox, end, String(since), "COUNT", String(pageEntries)))
        guard let replies = reply.array else { throw .unexpectedReply(to: "XREVRANGE") }
        let entries = replies.compactMap { StreamEntry($0) }
        isExhausted = entries.count < pageEntries
        if let last = entries.last { end = "(\(last.id)" }
        var bytes = 0
        let start = redis.loop.preciseNow()
        page =
            entries.map { entry in
                let record = entry.value("event") ?? []
                bytes += record.count
                return (entry.id, comparer.compare(record))
            }[...]
        let usual = bytes / max(1, entries.count)
        let time = (redis.loop.preciseNow() - start).nanoseconds / Int64(max(1, entries.count))
        let timely = Int(Self.pageTime.nanoseconds / max(1, time))
        pageEntries = min(Self.pageEntriesMax, timely, Self.pageBytes / max(1, usual))
        pageEntries = max(1, pageEntries)
    }
}
