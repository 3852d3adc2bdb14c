// The edge's way into the streams: dedupe and append in one atomic step (invariants 1 and 2). What arrives while a partition's
// call is under way leaves together in the next one.

package import Gateway
package import Loop
package import Redis

/// One event ready to be kept: its JSON record and the key under which a repetition is recognised.
package struct PendingEvent {
    package let dedupe: String
    package let record: [UInt8]

    package init(dedupe: String, record: [UInt8]) {
        self.dedupe = dedupe
        self.record = record
    }
}

/// Belongs to one loop.
package final class EventAppender: EndOfTurn {
    private final class Submission {
        let events: [PendingEvent]
        let nonce: String?
        /// When its sender has to be answered.
        let due: Instant
        let gate = Gate()
        private(set) var result: Result<Int, RedisError>?

        init(_ events: [PendingEvent], nonce: String?, due: Instant) {
            self.events = events
            self.nonce = nonce
            self.due = due
        }

        /// Once; what comes later is too late.
        func finish(_ result: Result<Int, RedisError>) {
            guard self.result == nil else { return }
            self.result = result
            gate.open()
        }

        /// One letter per key for the script: `e` an event on its own, `n` a nonce, `m` an event that its nonce guards.
        var kinds: String {
            nonce == nil
                ? String(repeating: "e", count: events.count) : "n" + String(repeating: "m", count: events.count)
        }
        var keyCount: Int { events.count + (nonce == nil ? 0 : 1) }
    }

    /// Bounds what one script call holds Redis up for: about 3 ms, at some 10 µs an event.
    private static let eventsPerCallMax = 256

    package let loop: EventLoop
    private let redis: RedisClient
    /// Replaced at a reload.
    package var settings: CallbackSettings
    /// By the number of the partition.
    private var lines = Array(repeating: Line(), count: Partition.count)
    private var isScheduled = false

    /// What waits for a partition. One call at a time is under way, and what arrives meanwhile goes into the next: the busier
    /// Redis is, the more events share a call and an fsync.
    private struct Line {
        var waiting: [Submission] = []
        var underWay: [Submission] = []
        var isDraining = false
        /// Set for the oldest submission there is, or for one that has been answered since.
        var deadline: LoopTimer?
    }

    package init(redis: RedisClient, settings: CallbackSettings) {
        loop = redis.loop
        self.redis = redis
        self.settings = settings
    }

    /// How long a dedupe key lives, in seconds.
    private var window: Int64 { max(1, settings.dedupeWindow.milliseconds / 1000) }

    /// Returns, once all of `events` are on disk, how many of them were new; the others are duplicates of events that are
    /// on disk already. All are kept or none. After `.interrupted` they may have been kept: a repetition settles it.
    /// - Parameter nonce: if it was seen before, none of the events counts as new.
    package func append(
        _ events: [PendingEvent], nonce: String?, to partition: Partition
    ) async throws(RedisError) -> Int {
        guard redis.isConnected else { throw .unavailable("no connection") }
        let submission = Submission(events, nonce: nonce, due: loop.now + settings.deadline)
        lines[partition.number].waiting.append(submission)
        if lines[partition.number].deadline == nil { watch(partition, until: submission.due) }
        if !isScheduled {
            isScheduled = true
            loop.atEndOfTurn(self)
        }
        _ = await submission.gate.wait()
        guard let result = submission.result else { throw .interrupted("no outcome") }
        return try result.get()
    }

    package func turnEnded() {
        isScheduled = false
        for partition in Partition.all {
            let line = lines[partition.number]
            guard !line.waiting.isEmpty, !line.isDraining else { continue }
            lines[partition.number].isDraining = true
            loop.spawn { await self.drain(partition) }
        }
    }

    /// Whatever Redis does, senders are answered in time. One timer a partition serves all of its submissions.
    private func watch(_ partition: Partition, until due: Instant) {
        lines[partition.number].deadline = loop.schedule(at: due) {
            let line = self.lines[partition.number]
            for submission in line.underWay + line.waiting where submission.due <= self.loop.now {
                submission.finish(.failure(.interrupted("no reply by `callbacks.deadline`")))
            }
            // What was not sent yet never will be.
            let waiting = line.waiting.filter { $0.result == nil }
            self.lines[partition.number].waiting = waiting
            self.lines[partition.number].deadline = nil
            if let next = (line.underWay + waiting).first(where: { $0.result == nil }) {
                self.watch(partition, until: next.due)
            }
        }
    }

    /// Sends what waits for the partition until nothing does.
    private func drain(_ partition: Partition) async {
        while !lines[partition.number].waiting.isEmpty {
            let submissions = Self.nextCall(&lines[partition.number].waiting)
            lines[partition.number].underWay = submissions
            let outcome: Result<[Bool], RedisError>
            do throws(RedisError) {
                outcome = .success(try await call(submissions, partition))
            } catch {
                outcome = .failure(error)
            }
            var start = 0
            for submission in submissions {
                let range = start..<start + submission.keyCount
                let events = range.suffix(submission.events.count)
                submission.finish(outcome.map { added in added[events].count { $0 } })
                start = range.upperBound
            }
            lines[partition.number].underWay = []
        }
        lines[partition.number].isDraining = false
    }

    /// Takes off what one call may carry: at least one submission, which is never split, as its events are one atomic append.
    private static func nextCall(_ waiting: inout [Submission]) -> [Submission] {
        var count = 0
        let end = waiting.firstIndex { submission in
            count += submission.events.count
            return count > eventsPerCallMax
        }
        guard let end else {
            defer { waiting = [] }
            return waiting
        }
        defer { waiting.removeFirst(max(1, end)) }
        return Array(waiting.prefix(max(1, end)))
    }

    private func call(_ submissions: [Submission], _ partition: Partition) async throws(RedisError) -> [Bool] {
        var keys = [partition.inbox]
        for submission in submissions {
            if let nonce = submission.nonce { keys.append(partition.seen(nonce)) }
            for event in submission.events { keys.append(partition.seen(event.dedupe)) }
        }
        let bytes = submissions.reduce(0) { $0 + $1.events.reduce(0) { $0 + $1.record.count } }
        let reply = try await redis.run(Self.script, keys: keys) { command in
            command.reserve(arguments: keys.count + 2, bytes: bytes)
            command.append(window)
            command.append(submissions.map(\.kinds).joined())
            for submission in submissions {
                if submission.nonce != nil { command.append("") }
                for event in submission.events { command.append(event.record) }
            }
        }
        guard let flags = reply.array, flags.count == keys.count - 1 else { throw .unexpectedReply(to: "append") }
        return flags.map { $0.integer == 1 }
    }

    /// KEYS: stream, then the key of each event or nonce. ARGV: window in seconds, kinds, then a record per key (empty for a
    /// nonce). Redis refuses the script as a whole when its memory is full, before the first write, so a half-done batch
    /// cannot happen.
    private static let script = RedisScript(
        "append",
        """
        local added, open = {}, true
        for i = 2, #KEYS do
          local kind = string.sub(ARGV[2], i - 1, i - 1)
          added[i - 1] = 0
          if (kind ~= 'm' or open) and redis.call('SET', KEYS[i], 1, 'NX', 'EX', ARGV[1]) then
            if kind ~= 'n' then redis.call('XADD', KEYS[1], '*', 'event', ARGV[i + 1]) end
            added[i - 1] = 1
          end
          if kind == 'n' then open = added[i - 1] == 1 end
        end
        return added
        """)
}
