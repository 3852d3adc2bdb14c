// The edge's way into the streams: dedupe and append in one atomic step (invariants 1 and 2). Two calls at most are under way,
// whatever their events' partitions, and what arrives meanwhile leaves together in the next: Redis reads a connection 16 KB at a
// time and flushes its file after each turn with a write in it, so many small calls cost it an fsync for every few events.

package import Gateway
package import Loop
package import Redis

/// One event ready to be kept: its JSON record and the key under which a repetition is recognised.
package struct PendingEvent {
    package let dedupe: String
    package fileprivate(set) var record: [UInt8]

    package init(dedupe: String, record: [UInt8]) {
        self.dedupe = dedupe
        self.record = record
    }
}

/// Belongs to one loop.
package final class EventAppender: EndOfTurn {
    private final class Submission {
        private(set) var events: [PendingEvent]
        let eventCount: Int
        let nonce: String?
        let partition: Partition
        /// When its sender has to be answered.
        let due: Instant
        let gate = Gate()
        private(set) var result: Result<Int, RedisError>?

        init(_ events: consuming [PendingEvent], nonce: String?, to partition: Partition, due: Instant) {
            eventCount = events.count
            self.events = events
            self.nonce = nonce
            self.partition = partition
            self.due = due
        }

        /// Once; what comes later is too late.
        func finish(_ result: Result<Int, RedisError>) {
            guard self.result == nil else { return }
            self.result = result
            gate.open()
        }

        /// Gives up the events, of which Redis has spoken, and the memory of their records.
        func giveBackRecords(to loop: EventLoop) {
            for index in events.indices { loop.giveBack(bytes: &events[index].record) }
            events = []
        }

        var keyCount: Int { eventCount + (nonce == nil ? 0 : 1) }
    }

    /// Bounds what one script call holds Redis up for: about 3 ms, at some 10 µs an event.
    private static let eventsPerCallMax = 256
    /// While Redis syncs one call, the next stands in its socket already, so it never waits for this loop.
    private static let callsUnderWayMax = 2

    package let loop: EventLoop
    private let redis: RedisClient
    /// Replaced at a reload.
    package var settings: CallbackSettings
    private var waiting: [Submission] = []
    private var underWay: [Submission] = []
    private var calls = 0
    private var isScheduled = false
    /// Set for the oldest submission there is, or for one that has been answered since.
    private var deadline: LoopTimer?

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
        _ events: consuming [PendingEvent], nonce: String?, to partition: Partition
    ) async throws(RedisError) -> Int {
        guard redis.isConnected else { throw .unavailable("no connection") }
        let submission = Submission(events, nonce: nonce, to: partition, due: loop.now + settings.deadline)
        waiting.append(submission)
        if deadline == nil { watch(until: submission.due) }
        if !isScheduled, calls < Self.callsUnderWayMax {
            isScheduled = true
            loop.atEndOfTurn(self)
        }
        _ = await submission.gate.wait()
        guard let result = submission.result else { throw .interrupted("no outcome") }
        return try result.get()
    }

    package func turnEnded() {
        isScheduled = false
        guard calls < Self.callsUnderWayMax else { return }
        calls += 1
        loop.spawn { await self.drain() }
    }

    /// Whatever Redis does, senders are answered in time. One timer serves all submissions.
    private func watch(until due: Instant) {
        deadline = loop.schedule(at: due) { [self] in
            for submission in underWay + waiting where submission.due <= loop.now {
                submission.finish(.failure(.interrupted("no reply by `callbacks.deadline`")))
            }
            // What was not sent yet never will be.
            waiting.removeAll { $0.result != nil }
            deadline = nil
            if let next = (underWay + waiting).first(where: { $0.result == nil }) { watch(until: next.due) }
        }
    }

    /// Sends what waits until nothing does.
    private func drain() async {
        while !waiting.isEmpty {
            let submissions = takeNextCall()
            underWay += submissions
            let outcome: Result<[Bool], RedisError>
            do throws(RedisError) {
                outcome = .success(try await call(submissions))
            } catch {
                outcome = .failure(error)
            }
            var start = 0
            for submission in submissions {
                let range = start..<start + submission.keyCount
                let events = range.suffix(submission.eventCount)
                submission.finish(outcome.map { added in added[events].count { $0 } })
                submission.giveBackRecords(to: loop)
                start = range.upperBound
            }
            underWay.removeAll { $0.result != nil }
        }
        calls -= 1
    }

    /// Takes off what one call may carry: at least one submission, which is never split, as its events are one atomic append.
    private func takeNextCall() -> [Submission] {
        var count = 0
        let end = waiting.firstIndex { submission in
            count += submission.events.count
            return count > Self.eventsPerCallMax
        }
        let taken = Array(waiting.prefix(max(1, end ?? waiting.count)))
        waiting.removeFirst(taken.count)
        return taken
    }

    private func call(_ submissions: [Submission]) async throws(RedisError) -> [Bool] {
        let partitions = Set(submissions.map(\.partition)).sorted()
        var keys = partitions.map(\.inbox)
        var kinds: [UInt8] = []
        var places: [UInt8] = []
        var bytes = 0
        for submission in submissions {
            let partition = submission.partition
            let place = UInt8(ascii: "a") + UInt8(partitions.firstIndex(of: partition) ?? 0)
            if let nonce = submission.nonce {
                keys.append(partition.seen(nonce))
                kinds.append(UInt8(ascii: "n"))
                places.append(place)
            }
            for event in submission.events {
                keys.append(partition.seen(event.dedupe))
                kinds.append(UInt8(ascii: submission.nonce == nil ? "e" : "m"))
                places.append(place)
                bytes += event.record.count
            }
        }
        let reply = try await redis.run(Self.script, keys: keys) { command in
            command.reserve(arguments: keys.count + 4, bytes: bytes)
            command.append(window)
            command.append(Int64(partitions.count))
            command.append(kinds)
            command.append(places)
            for submission in submissions {
                if submission.nonce != nil { command.append("") }
                for event in submission.events { command.append(event.record) }
            }
        }
        guard let flags = reply.array, flags.count == kinds.count else { throw .unexpectedReply(to: "append") }
        return flags.map { $0.integer == 1 }
    }

    /// KEYS: the inboxes, then a key for each event or nonce. ARGV: window in seconds; how many inboxes; a letter per key (`e` an
    /// event on its own, `n` a nonce, `m` an event that its nonce guards); a letter per key for its inbox (`a` the first); a record
    /// per key (empty for a nonce). Redis refuses the script as a whole when its memory is full, before the first write, so a
    /// half-done batch cannot happen.
    private static let script = RedisScript(
        "append", sent: .callbackAppendSent,
        """
        local added, open, inboxes = {}, true, tonumber(ARGV[2])
        for i = 1, #KEYS - inboxes do
          local kind = string.sub(ARGV[3], i, i)
          added[i] = 0
          if (kind ~= 'm' or open) and redis.call('SET', KEYS[inboxes + i], '1', 'NX', 'EX', ARGV[1]) then
            if kind ~= 'n' then
              redis.call('XADD', KEYS[string.byte(ARGV[4], i) - 96], '*', 'event', ARGV[i + 4])
            end
            added[i] = 1
          end
          if kind == 'n' then open = added[i] == 1 end
        end
        return added
        """)
}
