// The notices of changed records, as they come: a blocking XREAD on a connection of its own. Each notice has a running number, so that
// one that was missed is noticed.

import Loop
package import Redis

/// What wants to know of changes.
package protocol ChangeListener: AnyObject {
    func changed(_ id: String)
    /// Anything may have changed: said when the feed stops being live, and when it is live again.
    func mayHaveMissedChanges()
}

/// Belongs to one loop.
package final class ChangeFeed {
    /// The server answers an idle read after this. Together with the patience of the client it bounds for how long a connection that
    /// died without a word lets caches give out what is no longer true.
    private static let blockFor = Duration.seconds(2)
    /// Of the blocking client.
    package static let replyTimeout = blockFor + .seconds(2)
    private static let noticesPerRead = 256

    private let blocking: RedisClient
    private var listeners: [(kind: String, listener: any ChangeListener)] = []
    /// Whether every change from now on will be told of. While it is not, nothing may be kept.
    package private(set) var isLive = false
    private var position = StreamID.zero
    private var isStopped = false
    private let ended = Gate()

    /// - Parameter blocking: a client for this feed alone, with `replyTimeout`; the caller runs it.
    package init(blocking: RedisClient) { self.blocking = blocking }

    package func add(_ listener: any ChangeListener, for kind: String) { listeners.append((kind, listener)) }

    /// Listens until `stop`. Start once, as a task of the loop.
    package func run() async {
        let loop = blocking.loop
        while !isStopped {
            do throws(RedisError) {
                if !isLive { try await begin() }
                try await read()
            } catch {
                isLive = false
                miss()
                switch error {
                // The client reports and repairs its connection.
                case .unavailable, .interrupted: _ = await blocking.untilConnected(by: loop.now + .seconds(1))
                case .refused, .notDurable, .unexpectedReply: await loop.sleep(until: loop.now + .milliseconds(200))
                }
            }
        }
        ended.open()
    }

    /// Ends the feed and its client.
    package func stop() async {
        isStopped = true
        isLive = false
        miss()
        blocking.stop()
        _ = await ended.wait()
    }

    /// What was fetched before is forgotten already, so the present end of the stream is a fine place to begin.
    private func begin() async throws(RedisError) {
        let reply = try await blocking.send(RedisCommand("XREVRANGE", RecordKeys.changes, "+", "-", "COUNT", "1"))
        guard let entries = reply.array else { throw .unexpectedReply(to: "XREVRANGE") }
        position = entries.first.flatMap { StreamEntry($0)?.id } ?? .zero
        isLive = true
        // Whoever keeps all of a kind reads it now.
        miss()
    }

    private func read() async throws(RedisError) {
        var command = RedisCommand("XREAD", "COUNT", String(Self.noticesPerRead), "BLOCK")
        command.append(Self.blockFor.milliseconds)
        command.append("STREAMS")
        command.append(RecordKeys.changes)
        command.append(position.description)
        let entries = try StreamEntry.byKey(try await blocking.send(command)).first?.entries ?? []
        for entry in entries {
            // A reader that slept while the stream was cut finds a gap.
            if entry.id.sequence != position.sequence + 1 { miss() }
            position = entry.id
            guard let kind = entry.value("kind"), let id = entry.value("id") else { continue }
            let (kindText, idText) = (String(decoding: kind, as: UTF8.self), String(decoding: id, as: UTF8.self))
            for (kind, listener) in listeners where kind == kindText { listener.changed(idText) }
        }
    }

    private func miss() {
        for (_, listener) in listeners { listener.mayHaveMissedChanges() }
    }
}
