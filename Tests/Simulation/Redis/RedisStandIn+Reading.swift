// XREAD: at once, or when an entry comes.

import Redis

/// A read that waits. Its end, if it has one, is the care of whoever moves the time.
struct BlockedRead {
    let streams: [(key: String, behind: StreamID)]
    let count: Int
    /// Milliseconds since 1970; nil waits for ever.
    let until: Int64?
}

extension RedisStandIn {
    /// `XREAD [COUNT n] [BLOCK ms] STREAMS key … id …`. Nil when it waits.
    func read(_ arguments: Arguments, for client: RedisStandInClient) throws(RedisFault) -> RedisValue? {
        var index = 1
        var count = Int.max
        var wait: Int64?
        while try arguments.text(index).uppercased() != "STREAMS" {
            switch try arguments.text(index).uppercased() {
            case "COUNT": count = Int(try arguments.integer(index + 1))
            case "BLOCK": wait = try arguments.integer(index + 1)
            default: throw .syntax
            }
            index += 2
        }
        let words = arguments.words[(index + 1)...]
        guard !words.isEmpty, words.count % 2 == 0 else {
            throw .error("ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.")
        }
        let half = words.count / 2
        var streams: [(key: String, behind: StreamID)] = []
        for (key, id) in zip(words.prefix(half), words.suffix(half)) {
            streams.append((key.text, try Self.id(id.text)))
        }
        if let reply = try found(streams, count) { return reply }
        guard let wait else { return .null }
        client.read = BlockedRead(streams: streams, count: count, until: wait == 0 ? nil : now + wait)
        blocked.append(client)
        return nil
    }

    /// Nil when no stream has an entry behind its position.
    private func found(_ streams: [(key: String, behind: StreamID)], _ count: Int) throws(RedisFault) -> RedisValue? {
        var replies: [RedisValue] = []
        for (key, behind) in streams {
            guard let stream = try stream(key), stream.last > behind else { continue }
            var entries = Array(stream.entries[stream.place(of: behind)...].drop { $0.id == behind }.prefix(count))
            guard !entries.isEmpty else { continue }
            if let tamperRead { entries = tamperRead(key, entries) }
            replies.append(.array([.text(key), .array(entries.map(\.reply))]))
        }
        return replies.isEmpty ? nil : .array(replies)
    }

    /// After a command: whoever waits for an entry that came is answered, first come first served. As on a real server the answer
    /// holds the first stream that got an entry, and not the others.
    func serveBlocked() {
        guard !touched.isEmpty else { return }
        let keys = touched
        touched.removeAll()
        for key in keys {
            for client in blocked {
                guard let read = client.read, let stream = read.streams.first(where: { $0.key == key }) else {
                    continue
                }
                do throws(RedisFault) {
                    if let reply = try found([stream], read.count) { finish(client, with: reply) }
                } catch {
                    finish(client, with: .error(error.message))
                }
            }
        }
    }

    func finish(_ client: RedisStandInClient, with reply: RedisValue) {
        blocked.removeAll { $0 === client }
        client.read = nil
        client.answer(reply)
    }

    /// Ends the waits whose time is over.
    func endWaits() {
        for client in blocked {
            if let until = client.read?.until, until <= now { finish(client, with: .null) }
        }
    }

    /// When the next wait ends.
    var nextWaitEnd: Int64? { blocked.compactMap { $0.read?.until }.min() }
}
