// How far a replay has come in each partition, and the atomic step that takes it further: what is sent and the place behind it are one
// write, so nothing is sent twice or left out whoever dies when, and two processes at the same replay do no harm.

import Gateway
import Loop
package import Redis

package struct ReplayProgress: Sendable, Equatable {
    package var examined: Int64 = 0
    package var sent: Int64 = 0
    /// Partitions that were gone through.
    package var partitionsDone = 0

    package static func read(_ replay: Replay, from redis: RedisClient) async throws(RedisError) -> ReplayProgress {
        var progress = ReplayProgress()
        for partition in Partition.all {
            let place = try await ReplayPlace.read(replay.id, partition, from: redis)
            progress.examined += place.examined
            progress.sent += place.sent
            if place.isDone { progress.partitionsDone += 1 }
        }
        return progress
    }
}

/// Where a replay stands in one partition.
struct ReplayPlace {
    /// The last entry that was looked at.
    var position = "0-0"
    var examined: Int64 = 0
    var sent: Int64 = 0
    var isDone = false

    static func read(
        _ replay: String, _ partition: Partition, from redis: RedisClient
    ) async throws(RedisError) -> ReplayPlace {
        let reply = try await redis.send(
            RedisCommand("HMGET", partition.replay(replay), "position", "examined", "sent", "done"))
        guard let words = reply.array, words.count == 4 else { throw .unexpectedReply(to: "HMGET") }
        return ReplayPlace(
            position: words[0].text ?? "0-0", examined: words[1].text.flatMap { Int64($0) } ?? 0,
            sent: words[2].text.flatMap { Int64($0) } ?? 0, isDone: words[3].text != nil)
    }
}

struct ReplayStep {
    /// How long it is known how far a replay came.
    static let keptFor = Duration.seconds(7 * 86_400)

    let replay: Replay
    let partition: Partition
    /// Where it stood, and where it stands afterwards.
    let from: String
    let to: String
    let examined: Int
    let isLast: Bool
    /// Entries of the source to be sent, with the event's id.
    let entries: [(id: StreamID, eventID: String)]
    let rulesVersion: String

    /// - Returns: how many were sent; nil when the replay stands elsewhere by now.
    func run(on redis: RedisClient) async throws(RedisError) -> Int? {
        let source = replay.source == .dead ? partition.dead(replay.endpoint) : partition.inbox
        let keys = [partition.replay(replay.id), partition.webhooks, source]
        let reply = try await redis.run(Self.script, keys: keys) { command in
            command.append(from)
            command.append(to)
            command.append(Int64(examined))
            command.append(isLast ? "1" : "")
            command.append(Self.keptFor.milliseconds)
            command.append(replay.source == .dead ? "1" : "")
            command.append(replay.endpoint)
            command.append(rulesVersion)
            for entry in entries {
                command.append(entry.id.description)
                command.append(entry.eventID)
            }
        }
        return reply.integer.map { Int($0) }
    }

    /// KEYS: the place, stream of deliveries, source. ARGV: where the replay stood and stands then, how many were looked at, whether it is the
    /// end of the partition, how long the place is kept, whether the source are dead letters (which leave it), endpoint, version of the
    /// rules, then entries with the ids of their events. A letter that is gone was sent or dropped by somebody.
    private static let script = RedisScript(
        "replay-step",
        """
        if (redis.call('HGET', KEYS[1], 'position') or '0-0') ~= ARGV[1] then return false end
        local sent = 0
        for i = 9, #ARGV, 2 do
          local entry = redis.call('XRANGE', KEYS[3], ARGV[i], ARGV[i])[1]
          if entry then
            local fields = {}
            for f = 1, #entry[2], 2 do fields[entry[2][f]] = entry[2][f + 1] end
            local inbox = ARGV[6] == '1' and (fields['in'] or '') or ARGV[i]
            redis.call('XADD', KEYS[2], '*', 'endpoint', ARGV[7], 'id', ARGV[i + 1], 'rules', fields.rules or ARGV[8],
              'in', inbox, 'replay', '1', 'event', fields.event)
            if ARGV[6] == '1' then redis.call('XDEL', KEYS[3], ARGV[i]) end
            sent = sent + 1
          end
        end
        redis.call('HSET', KEYS[1], 'position', ARGV[2])
        redis.call('HINCRBY', KEYS[1], 'examined', ARGV[3])
        redis.call('HINCRBY', KEYS[1], 'sent', sent)
        if ARGV[4] == '1' then redis.call('HSET', KEYS[1], 'done', '1') end
        redis.call('PEXPIRE', KEYS[1], ARGV[5])
        return sent
        """)
}
