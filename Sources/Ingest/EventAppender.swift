// The edge's way into the streams: dedupe and append in one atomic step (invariants 1 and 2). What arrives during a turn of the
// loop leaves as one script call per partition.

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
        let gate = Gate()
        var result: Result<Int, RedisError>?

        init(_ events: [PendingEvent], nonce: String?) {
            self.events = events
            self.nonce = nonce
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
    private var waiting: [Partition: [Submission]] = [:]

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
        let submission = Submission(events, nonce: nonce)
        if waiting.isEmpty { loop.atEndOfTurn(self) }
        waiting[partition, default: []].append(submission)
        _ = await submission.gate.wait()
        guard let result = submission.result else { throw .interrupted("no outcome") }
        return try result.get()
    }

    package func turnEnded() {
        let batches = waiting
        waiting.removeAll(keepingCapacity: true)
        for (partition, submissions) in batches {
            var call: [Submission] = []
            var count = 0
            for submission in submissions {
                // A submission is never split: its events are one atomic append.
                if count + submission.events.count > Self.eventsPerCallMax, !call.isEmpty {
                    send(call, to: partition)
                    call = []
                    count = 0
                }
                call.append(submission)
                count += submission.events.count
            }
            send(call, to: partition)
        }
    }

    private func send(_ submissions: [Submission], to partition: Partition) {
        // One timer for the whole call: whatever Redis does, its senders are answered in time.
        let deadline = loop.schedule(at: loop.now + settings.deadline) {
            for submission in submissions {
                submission.result = .failure(.interrupted("no reply by `callbacks.deadline`"))
                submission.gate.open()
            }
        }
        loop.spawn {
            let outcome: Result<[Bool], RedisError>
            do throws(RedisError) {
                outcome = .success(try await self.call(submissions, partition))
            } catch {
                outcome = .failure(error)
            }
            deadline.cancel()
            var start = 0
            for submission in submissions {
                let range = start..<start + submission.keyCount
                let events = range.suffix(submission.events.count)
                submission.result = outcome.map { added in added[events].count { $0 } }
                submission.gate.open()
                start = range.upperBound
            }
        }
    }

    private func call(_ submissions: [Submission], _ partition: Partition) async throws(RedisError) -> [Bool] {
        var keys = [partition.inbox]
        for submission in submissions {
            if let nonce = submission.nonce { keys.append(partition.seen(nonce)) }
            for event in submission.events { keys.append(partition.seen(event.dedupe)) }
        }
        let reply = try await redis.run(Self.script, keys: keys) { command in
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
