// A Redis in memory, for simulations only: the commands that Weir uses, in the words of Redis 7.0, and the scripts themselves in a
// small Lua. A naive twin: `Tests/SimulationTests/StandInTests.swift` runs the same commands here and on a real server.

import Redis

final class RedisStandIn {
    enum Value {
        case text(Bytes)
        case stream(StreamValue)
        case sorted(SortedValue)
        case hash(HashValue)
    }

    /// Milliseconds since 1970; moved by whoever runs the simulation.
    var now: Int64 = 0
    /// As when `maxmemory` is reached: what needs memory is refused.
    var isFull = false {
        didSet { onRequest(["CONFIG", "SET", "maxmemory", isFull ? "1" : "0"].map { Array($0.utf8) }) }
    }
    /// Told of each command of a client, and of what else changes the state, as the command that would do so on a real server.
    var onRequest: (_ words: [Bytes]) -> Void = { _ in }
    /// Told of each entry as it is appended.
    var onAppend: (_ key: String, _ id: StreamID, _ fields: [(name: Bytes, value: Bytes)]) -> Void = { _, _, _ in }
    /// Told of each command before it runs, those of scripts included.
    var onCommand: (_ name: String, _ words: [Bytes]) -> Void = { _, _ in }
    /// Told of each script that wrote, when it has run.
    var onScript: (_ run: ScriptRun) -> Void = { _ in }
    /// A canary's hand: what it returns takes the place of a command that is about to run; nil to leave out its effect.
    var tamper: ((_ command: [Bytes]) -> [Bytes]?)?
    /// A canary's hand on what a read brings.
    var tamperRead: ((_ key: String, _ entries: [StreamValue.Entry]) -> [StreamValue.Entry])?
    /// A canary's hand on scripts, as they are loaded.
    var tamperScript: ((_ source: String) -> String)?

    var values: [String: Value] = [:]
    var expiries: [String: Int64] = [:]
    var scripts: [String: LoadedScript] = [:]
    var clients: [Int64: RedisStandInClient] = [:]
    /// Those that wait in XREAD, in the order in which they came.
    var blocked: [RedisStandInClient] = []
    /// Streams that got entries since the last command ended.
    var touched: [String] = []
    private var connections: Int64 = 0

    init() {}

    func connect(answer: @escaping (RedisValue) -> Void) -> RedisStandInClient {
        connections += 1
        let client = RedisStandInClient(id: connections, answer: answer)
        clients[client.id] = client
        return client
    }

    func disconnect(_ client: RedisStandInClient) {
        clients[client.id] = nil
        blocked.removeAll { $0 === client }
    }

    /// As after a restart: what was appended is there, scripts and connections are not.
    func restart() {
        onRequest(["SCRIPT", "FLUSH"].map { Array($0.utf8) })
        scripts.removeAll()
        clients.removeAll()
        blocked.removeAll()
    }

    /// Runs a command; the reply of a read that waits comes later.
    func execute(_ words: [Bytes], for client: RedisStandInClient) {
        onRequest(words)
        if let reply = run(words, client) { client.answer(reply) }
        serveBlocked()
    }

    /// Nil when the reply comes later.
    private func run(_ words: [Bytes], _ client: RedisStandInClient) -> RedisValue? {
        do throws(RedisFault) {
            let name = Arguments.name(of: words)
            return name == "XREAD" ? try read(Arguments(words, name), for: client) : try command(name, words, client)
        } catch {
            return .error(error.message)
        }
    }

    /// A command that does not wait: a client's own, or one of a script.
    func command(
        _ name: String, _ words: [Bytes], _ client: RedisStandInClient?
    ) throws(RedisFault) -> RedisValue {
        guard let tamper else { return try perform(name, words, client) }
        guard let changed = tamper(words) else { return .integer(1) }
        return try perform(Arguments.name(of: changed), changed, client)
    }

    private func perform(
        _ name: String, _ words: [Bytes], _ client: RedisStandInClient?
    ) throws(RedisFault) -> RedisValue {
        let arguments = Arguments(words, name)
        guard words.count >= Self.leastWords[name] ?? 1 else { throw .arity(name) }
        if isFull, client != nil, Self.needMemory.contains(name) { throw .outOfMemory }
        onCommand(name, words)
        switch name {
        case "PING": return .status("PONG")
        case "SELECT", "AUTH": return .status("OK")
        case "CLIENT": return try clientCommand(arguments, client)
        case "CONFIG": return try configuration(arguments)
        case "TIME": return .array([.text("\(now / 1000)"), .text("\(now % 1000 * 1000)")])
        case "SCRIPT": return try script(arguments)
        case "EVALSHA": return try evaluate(arguments)
        case "GET", "SET", "INCR", "DEL", "EXISTS", "TYPE", "PEXPIRE", "PTTL", "KEYS", "FLUSHALL":
            return try keyCommand(name, arguments)
        case "XADD", "XDEL", "XLEN", "XRANGE", "XTRIM": return try streamCommand(name, arguments)
        case "ZADD", "ZREM", "ZSCORE", "ZCARD", "ZRANGEBYSCORE", "ZREMRANGEBYSCORE":
            return try sortedCommand(name, arguments)
        case "HSET", "HGET", "HEXISTS", "HGETALL", "HINCRBY", "HLEN": return try hashCommand(name, arguments)
        default:
            throw .error(
                "ERR the stand-in for Redis does not know the command '\(name)'; Tests/Simulation/Redis needs it")
        }
    }

    /// A real server looks at this before anything else.
    private static let leastWords = [
        "GET": 2, "SET": 3, "INCR": 2, "DEL": 2, "EXISTS": 2, "TYPE": 2, "PEXPIRE": 3, "PTTL": 2, "XADD": 5, "XDEL": 3,
        "XLEN": 2, "XRANGE": 4, "XTRIM": 4, "ZADD": 4, "ZREM": 3, "ZSCORE": 3, "ZCARD": 2, "ZRANGEBYSCORE": 4,
        "ZREMRANGEBYSCORE": 4, "HSET": 4, "HGET": 3, "HEXISTS": 3, "HGETALL": 2, "HINCRBY": 4, "HLEN": 2, "EVALSHA": 3,
        "SCRIPT": 2,
        "CLIENT": 2,
    ]
    static let needMemory: Set = ["SET", "INCR", "XADD", "ZADD", "HSET", "HINCRBY"]
    static let writes: Set = [
        "SET", "INCR", "DEL", "PEXPIRE", "XADD", "XDEL", "XTRIM", "ZADD", "ZREM", "ZREMRANGEBYSCORE", "HSET",
        "HINCRBY",
    ]

    /// The durable server that Weir asks for.
    private static let settings = [
        "appendonly": "yes", "appendfsync": "always", "no-appendfsync-on-rewrite": "no",
        "maxmemory-policy": "noeviction",
    ]

    private func configuration(_ arguments: Arguments) throws(RedisFault) -> RedisValue {
        let name = try arguments.text(2)
        if try arguments.text(1).uppercased() == "GET" {
            return .array(Self.settings[name].map { [.text(name), .text($0)] } ?? [])
        }
        guard name == "maxmemory" else { throw .syntax }
        isFull = try arguments.text(3) != "0"
        return .status("OK")
    }

    private func clientCommand(_ arguments: Arguments, _ client: RedisStandInClient?) throws(RedisFault) -> RedisValue {
        switch try arguments.text(1).uppercased() {
        case "ID": return .integer(client?.id ?? 0)
        case "UNBLOCK":
            guard let waiting = blocked.first(where: { $0.id == (try? arguments.integer(2)) }) else {
                return .integer(0)
            }
            finish(waiting, with: .null)
            return .integer(1)
        default: throw .syntax
        }
    }

    // MARK: Values

    /// The value of a key that has not expired.
    func value(_ key: String) -> Value? {
        if let expiry = expiries[key], expiry <= now {
            forget(key)
            onRequest([Array("DEL".utf8), Array(key.utf8)])
        }
        return values[key]
    }

    func forget(_ key: String) {
        values[key] = nil
        expiries[key] = nil
    }
}

/// One connection, as the stand-in sees it.
final class RedisStandInClient {
    let id: Int64
    let answer: (RedisValue) -> Void
    var read: BlockedRead?

    init(id: Int64, answer: @escaping (RedisValue) -> Void) {
        self.id = id
        self.answer = answer
    }
}

/// An error reply.
struct RedisFault: Error, Equatable {
    let message: String

    static func error(_ message: String) -> RedisFault { RedisFault(message: message) }
    static func arity(_ name: String) -> RedisFault {
        RedisFault(message: "ERR wrong number of arguments for '\(name.lowercased())' command")
    }
    static let syntax = RedisFault(message: "ERR syntax error")
    static let wrongType = RedisFault(
        message: "WRONGTYPE Operation against a key holding the wrong kind of value")
    static let noInteger = RedisFault(message: "ERR value is not an integer or out of range")
    static let outOfMemory = RedisFault(message: "OOM command not allowed when used memory > 'maxmemory'.")
}

/// A command's words, read by place.
struct Arguments {
    let words: [Bytes]
    let name: String

    init(_ words: [Bytes], _ name: String) {
        self.words = words
        self.name = name
    }

    /// Upper case, as Weir writes it anyway.
    static func name(of words: [Bytes]) -> String {
        guard let first = words.first else { return "" }
        return first.allSatisfy { $0 < 97 } ? first.text : first.text.uppercased()
    }

    var count: Int { words.count }

    func bytes(_ index: Int) throws(RedisFault) -> Bytes {
        guard words.indices.contains(index) else { throw .arity(name) }
        return words[index]
    }

    func text(_ index: Int) throws(RedisFault) -> String { try bytes(index).text }

    func integer(_ index: Int) throws(RedisFault) -> Int64 {
        guard let number = Int64(try text(index)) else { throw .noInteger }
        return number
    }

    func expect(_ isRight: Bool) throws(RedisFault) {
        if !isRight { throw .arity(name) }
    }
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }
}
