// Reads the streams of the partitions that a loop holds, by a blocking XREAD on a connection of its own: no polling, and a new
// entry is seen at once. Reading changes nothing in Redis, so a reader that lost its lease without knowing does no harm.

import Loop
package import Redis

/// What one read brought of one partition.
package struct StreamBatch {
    package let partition: Partition
    /// The entries are the ones that follow this one.
    package let from: StreamID
    package let entries: [StreamEntry]
}

/// Belongs to one loop; one task calls `next`.
package final class StreamReader {
    /// The server answers an idle read after this; any shorter wait is ended by `CLIENT UNBLOCK`.
    package static let blockFor = Duration.seconds(30)
    private static let entriesPerStreamMax = 64
    /// Between two attempts to end a read that has not reached the server yet.
    private static let unblockPause = Duration.milliseconds(5)

    private let commands: RedisClient
    private let blocking: RedisClient
    private let key: (Partition) -> String
    private var positions: [Partition: StreamID] = [:]
    /// The number of the read under way.
    private var reading: Int?
    private var reads = 0
    /// The read that shall end before its time.
    private var unwanted: Int?
    private var isUnblocking = false
    private let changed = Gate()

    /// - Parameters:
    ///   - commands: the loop's shared client, which wakes the blocking one.
    ///   - blocking: a client for this reader alone, with a reply time-out above `blockFor`.
    ///   - key: the stream of a partition.
    package init(commands: RedisClient, blocking: RedisClient, key: @escaping (Partition) -> String) {
        self.commands = commands
        self.blocking = blocking
        self.key = key
    }

    /// Reads the partition's stream from now on, beginning behind `position`.
    package func add(_ partition: Partition, from position: StreamID) {
        positions[partition] = position
        wake()
    }

    package func remove(_ partition: Partition) { positions[partition] = nil }

    /// Where reading goes on; false if the partition was removed meanwhile.
    @discardableResult
    package func advance(_ partition: Partition, to position: StreamID) -> Bool {
        guard positions[partition] != nil else { return false }
        positions[partition] = position
        return true
    }

    /// Ends the wait of `next`, which then returns nothing.
    package func wake() {
        changed.open()
        guard let reading else { return }
        unwanted = reading
        guard !isUnblocking else { return }
        isUnblocking = true
        commands.loop.spawn { await self.unblock() }
    }

    /// Read and `CLIENT UNBLOCK` travel on two connections, so the latter may come first and find nothing to end: it is sent
    /// until it took effect, or the read has ended otherwise.
    private func unblock() async {
        defer { isUnblocking = false }
        while let read = unwanted, reading == read, let connection = blocking.connectionID {
            let reply = try? await commands.send(RedisCommand("CLIENT", "UNBLOCK", String(connection)))
            if reply != .integer(1) {
                await commands.loop.sleep(until: commands.loop.now + Self.unblockPause)
            } else if unwanted == read {
                unwanted = nil
            }
        }
    }

    /// The next entries of each partition that has any; empty after `wake`, or when the server's wait ended. The position
    /// stays where it is until `advance`.
    package func next() async throws(RedisError) -> [StreamBatch] {
        guard !positions.isEmpty else {
            _ = await changed.wait()
            return []
        }
        let read = positions.sorted { $0.key < $1.key }
        var command = RedisCommand("XREAD", "COUNT", String(Self.entriesPerStreamMax))
        command.append("BLOCK")
        command.append(Self.blockFor.milliseconds)
        command.append("STREAMS")
        for (partition, _) in read { command.append(key(partition)) }
        for (_, position) in read { command.append(position.description) }
        // Nothing is awaited between the look at the positions and here, so every change from now on finds a read to end.
        reads += 1
        reading = reads
        defer { reading = nil }
        let byKey = try StreamEntry.byKey(try await blocking.send(command))
        let origins = Dictionary(uniqueKeysWithValues: read.map { (key($0.key), $0) })
        return byKey.compactMap { stream in
            // A partition that was lost and gained again meanwhile begins elsewhere: what was read does not follow that.
            guard let origin = origins[stream.key], positions[origin.key] == origin.value else { return nil }
            return StreamBatch(partition: origin.key, from: origin.value, entries: stream.entries)
        }
    }

    /// After `next` threw: returns when another attempt may go better.
    package func pause(after error: RedisError) async {
        let loop = commands.loop
        switch error {
        // The client reports and repairs its connection.
        case .unavailable, .interrupted: _ = await blocking.untilConnected(by: loop.now + .seconds(1))
        // The server is there and will not: asking again at once would only keep it busy.
        case .refused, .notDurable, .unexpectedReply: await loop.sleep(until: loop.now + .milliseconds(200))
        }
    }
}
