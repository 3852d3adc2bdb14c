// One pipelined connection to Redis. Commands given during a turn of the loop leave in one write at its end.

package import Loop

/// Belongs to one loop. Reconnects by itself; while there is no connection, commands fail at once with `.unavailable`, so that
/// callers can answer their own clients instead of queueing without bound.
package final class RedisClient: EndOfTurn {
    private final class Reply {
        let gate = Gate()
        let sentAt: Instant
        var result: Result<RedisValue, RedisError>?
        init(sentAt: Instant) { self.sentAt = sentAt }
    }

    package let loop: EventLoop
    private let address: RedisAddress
    private let resolver: Resolver
    /// For the next connection, where the address asks for TLS. Replaced at a reload.
    package var tls: TLSClient?
    /// How long the oldest command may wait for its reply before the connection counts as dead.
    private let replyTimeout: Duration
    /// Whether a server that could lose what it confirmed counts as none.
    private let needsDurability: Bool
    /// What is wrong; of a connection, an addition that helps or nothing.
    private let onStateChange: (_ isConnected: Bool, _ reason: String) -> Void

    private var stream: ByteStream?
    /// Whether the connection is signed in and its server serves: before that, only `signIn` may send, or a command of
    /// another task could run in the wrong database.
    package private(set) var isConnected = false
    /// The server's number for this connection, by which `CLIENT UNBLOCK` names it; another after each reconnect.
    package private(set) var connectionID: Int64?
    private var output: [UInt8] = []
    private var isFlushScheduled = false
    private var isWriting = false
    private var pending: [Reply] = []
    /// `pending` is a queue; its dead front is cut off in bulk.
    private var pendingStart = 0
    private var lastFailure = "not connected yet"
    private var isStopped = false
    /// SHA-1 names of scripts that this connection's server has loaded.
    private var loadedScripts: [String: String] = [:]
    private var connectedGates: [Gate] = []
    private let retryPause = Gate()

    package init(
        loop: EventLoop, address: RedisAddress, resolver: Resolver, tls: TLSClient? = nil,
        replyTimeout: Duration = .seconds(3), needsDurability: Bool = false,
        onStateChange: @escaping (_ isConnected: Bool, _ reason: String) -> Void = { _, _ in }
    ) {
        self.loop = loop
        self.address = address
        self.resolver = resolver
        self.tls = tls
        self.replyTimeout = replyTimeout
        self.needsDurability = needsDurability
        self.onStateChange = onStateChange
    }

    /// Keeps the client connected until `stop`. Start once, as a task of the loop.
    package func run() async {
        var failures = 0
        while !isStopped {
            do {
                let stream = try await connect()
                guard !isStopped else { return stream.close() }
                // One that connects but does not let in is as far away as one that does not answer.
                failures = await serve(stream) ? 0 : failures + 1
            } catch {
                lastFailure = "\(error)"
                onStateChange(false, lastFailure)
                failures += 1
            }
            guard !isStopped else { return }
            // 20 ms, 40 ms … 1 s: a restarting Redis is found quickly, a dead one is not hammered.
            let pause = Duration.milliseconds(min(1000, 10 << min(failures + 1, 7)))
            let timer = loop.schedule(at: loop.now + pause) { self.retryPause.open(.timedOut) }
            _ = await retryPause.wait()
            timer.cancel()
        }
    }

    /// Ends `run` and fails what is pending.
    package func stop() {
        isStopped = true
        stream?.close()
        retryPause.open()
        for gate in connectedGates { gate.open(.cancelled) }
        connectedGates.removeAll()
    }

    /// Waits until there is a connection, at most until `deadline`.
    package func untilConnected(by deadline: Instant) async -> Bool {
        if isConnected { return true }
        guard !isStopped else { return false }
        let gate = Gate()
        connectedGates.append(gate)
        let timer = loop.schedule(at: deadline) { gate.open(.timedOut) }
        defer { timer.cancel() }
        _ = await gate.wait()
        connectedGates.removeAll { $0 === gate }
        return isConnected
    }

    /// Sends a command and waits for its reply. Error replies are thrown as `.refused`.
    package func send(_ command: RedisCommand) async throws(RedisError) -> RedisValue {
        guard isConnected else { throw .unavailable(lastFailure) }
        return try await wait(for: enqueue(command))
    }

    /// Runs a script by its SHA-1 name, loading it where the server does not know it yet.
    package func run(_ script: RedisScript, keys: [String], _ arguments: (inout RedisCommand) -> Void)
        async throws(RedisError)
        -> RedisValue
    {
        while true {
            guard isConnected else { throw .unavailable(lastFailure) }
            guard let name = loadedScripts[script.name] else {
                let loaded = try await send(RedisCommand("SCRIPT", "LOAD", script.source))
                guard let name = loaded.text else { throw .unexpectedReply(to: "SCRIPT LOAD") }
                loadedScripts[script.name] = name
                continue
            }
            var command = RedisCommand("EVALSHA", name, String(keys.count))
            for key in keys { command.append(key) }
            arguments(&command)
            let reply = enqueue(command)
            if let point = script.sent, FaultPoint.isArmed {
                // The command has left by the next turn, and what waits for its reply has not gone on.
                await loop.nextTurn()
                point.pass()
            }
            do {
                return try await wait(for: reply)
            } catch .refused("NOSCRIPT", _) {
                loadedScripts[script.name] = nil
            }
        }
    }

    // MARK: Connection

    private func connect() async throws -> ByteStream {
        let deadline = loop.now + .seconds(3)
        let stream: ByteStream
        switch address.place {
        case .unix(let path):
            stream = try await ByteStream.connect(on: loop, to: .unix(path: path), by: deadline)
        case .host(let name, let port, let isTLS):
            guard let ip = try await resolver.addresses(of: name, by: deadline).first else {
                throw StreamError.lookup(host: name, reason: "no address")
            }
            let client = isTLS ? try tls ?? TLSClient(additionalTrust: nil) : nil
            stream = try await ByteStream.connect(
                on: loop, to: .ip(ip, port: port), tls: client.map { ($0, name) }, by: deadline)
        }
        stream.deadline = .never
        return stream
    }

    /// Returns when the connection has ended; whether it was signed in.
    private func serve(_ stream: ByteStream) async -> Bool {
        self.stream = stream
        output.removeAll(keepingCapacity: true)
        isWriting = false
        loadedScripts.removeAll()
        var wasConnected = false
        let reading = loop.spawn { await self.readReplies(stream) }
        do throws(RedisError) {
            try await signIn()
            let addition = needsDurability ? try await checkDurability() : ""
            wasConnected = true
            isConnected = true
            onStateChange(true, addition)
            for gate in connectedGates { gate.open() }
            connectedGates.removeAll()
        } catch {
            lastFailure = "\(error)"
            stream.close()
        }
        await reading.value
        self.stream = nil
        isConnected = false
        connectionID = nil
        onStateChange(false, lastFailure)
        return wasConnected
    }

    private func signIn() async throws(RedisError) {
        if let password = address.password {
            var command = RedisCommand("AUTH")
            if let user = address.user { command.append(user) }
            command.append(password)
            _ = try await wait(for: enqueue(command))
        }
        if address.database != 0 {
            _ = try await wait(for: enqueue(RedisCommand("SELECT", String(address.database))))
        }
        // A server that still loads its AOF accepts connections and refuses commands.
        _ = try await wait(for: enqueue(RedisCommand("PING")))
        connectionID = try await wait(for: enqueue(RedisCommand("CLIENT", "ID"))).integer
    }

    /// An append is acknowledged to WeCom once Redis confirms it, so a Redis that confirms before the disk has it, or may evict
    /// it later, is a false success in waiting. Looked at on every connection, since a failover leads to another server.
    /// - Returns: what could not be found out.
    private func checkDurability() async throws(RedisError) -> String {
        var faults: [String] = []
        for (setting, demanded) in Self.durableSettings {
            let value: String?
            do throws(RedisError) {
                let reply = try await wait(for: enqueue(RedisCommand("CONFIG", "GET", setting)))
                value = reply.array?.last?.text
            } catch {
                // Providers forbid CONFIG, or rename it.
                guard case .refused(_, let message) = error else { throw error }
                return "whether it keeps what it confirms cannot be checked: \(message)"
            }
            // One that does not know the setting is no Redis as we know it, and no less durable for it.
            if let value, value != demanded { faults.append("`\(setting) \(demanded)` (it has \(value))") }
        }
        guard faults.isEmpty else { throw .notDurable(faults.joined(separator: ", ")) }
        return ""
    }

    private static let durableSettings = [
        ("appendonly", "yes"), ("appendfsync", "always"), ("no-appendfsync-on-rewrite", "no"),
        ("maxmemory-policy", "noeviction"),
    ]

    private func readReplies(_ stream: ByteStream) async {
        guard let reader = ReplyReader() else {
            stream.close()
            return failPending()
        }
        do {
            while true {
                // One look at the clock per read is enough to notice a Redis that stopped answering.
                stream.deadline = pendingStart < pending.count ? pending[pendingStart].sentAt + replyTimeout : .never
                try await stream.untilReadable()
                var buffer = loop.takeBuffer()
                let count = try await stream.read(into: &buffer, at: 0)
                guard count > 0 else { throw StreamError.closedByPeer }
                try reader.feed(buffer, count: count)
                loop.giveBack(buffer)
                while let value = try reader.next() { complete(with: value) }
            }
        } catch {
            isConnected = false
            switch error as? StreamError {
            // This side closed it, and said why.
            case .cancelled: break
            case .timedOut: lastFailure = "no reply within \(replyTimeout)"
            default: lastFailure = "\(error)"
            }
            stream.close()
            // Also the sign-in waits for a reply, and nobody else would end it.
            failPending()
        }
    }

    // MARK: Pipeline

    private func enqueue(_ command: RedisCommand) -> Reply {
        let reply = Reply(sentAt: loop.now)
        guard let stream, !stream.isClosed else {
            reply.result = .failure(.interrupted(lastFailure))
            return reply
        }
        command.encode(into: &output)
        if pendingStart == pending.count { stream.deadline = loop.now + replyTimeout }
        pending.append(reply)
        if !isFlushScheduled {
            isFlushScheduled = true
            loop.atEndOfTurn(self)
        }
        return reply
    }

    private func wait(for reply: Reply) async throws(RedisError) -> RedisValue {
        if reply.result == nil { _ = await reply.gate.wait() }
        switch reply.result {
        case .success(.error(let message)): throw RedisError(reply: message)
        case .success(let value): return value
        case .failure(let error): throw error
        case nil: throw .interrupted(lastFailure)
        }
    }

    private func complete(with value: RedisValue) {
        guard pendingStart < pending.count else { return }
        let reply = pending[pendingStart]
        pendingStart += 1
        if pendingStart == pending.count {
            pending.removeAll(keepingCapacity: true)
            pendingStart = 0
        } else if pendingStart >= 1024 {
            pending.removeFirst(pendingStart)
            pendingStart = 0
        }
        reply.result = .success(value)
        reply.gate.open()
    }

    private func failPending() {
        let lost = pending[pendingStart...]
        pending = []
        pendingStart = 0
        for reply in lost {
            reply.result = .failure(.interrupted(lastFailure))
            reply.gate.open()
        }
    }

    package func turnEnded() {
        isFlushScheduled = false
        guard let stream, !isWriting, !output.isEmpty else { return }
        isWriting = true
        loop.spawn { await self.flush(to: stream) }
    }

    private func flush(to stream: ByteStream) async {
        while !output.isEmpty, stream === self.stream {
            var sending: [UInt8] = []
            swap(&sending, &output)
            do {
                try await stream.write(sending)
            } catch {
                lastFailure = "\(error)"
                stream.close()
                break
            }
            sending.removeAll(keepingCapacity: true)
            if output.isEmpty { output = sending }
        }
        if stream === self.stream { isWriting = false }
    }
}

/// A Lua script with the name under which clients remember that a server has loaded it.
package struct RedisScript: Sendable {
    package let name: String
    package let source: String
    /// Passed when a call is on its way to the server and its reply has not been seen.
    let sent: FaultPoint?

    /// The source opens with the name, for whoever watches the connection.
    package init(_ name: String, sent: FaultPoint? = nil, _ source: String) {
        self.name = name
        self.sent = sent
        self.source = "-- \(name)\n" + source
    }
}
