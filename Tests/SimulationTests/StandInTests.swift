// The stand-in for Redis is only worth what it shares with a real server: the same commands run on both.

import Gateway
import Loop
import Redis
import TestBasics
import TestSupport
import Testing

@testable import Simulation

@Suite struct StandInTests {
    @Test("whatever commands come in whatever order, the stand-in answers and keeps what a real Redis does")
    func randomCommands() async throws {
        try await withRedis { loop, redis, _ in
            var random = SplitMix64(seed: Seed.ofThisRun)
            let streams = ["stream:1", "stream:2"]
            for _ in 0..<20 {
                let servers = TwoServers(loop: loop, real: redis)
                let drawn = (0..<150).map { number in Self.command(number, streams, &random) }
                do {
                    let start = [words("CONFIG", "SET", "maxmemory", "0"), words("FLUSHALL")]
                    try await servers.run(start + TwoServers.preparation(of: streams) + drawn)
                    try await servers.run([words("CONFIG", "SET", "maxmemory", "0")])
                    try await servers.compareState()
                } catch {
                    Issue.record("\(error)\n\(Seed.note)")
                    return
                }
            }
        }
    }

    /// Any command that Weir uses, with arguments that are small enough to meet again, and now and then wrong ones.
    private static func command(_ number: Int, _ streams: [String], _ random: inout SplitMix64) -> Words {
        let stream = random.pick(streams)
        // Streams keep their names to themselves, as their ids depend on it; all other kinds share theirs.
        let key = random.chance(4) ? stream : random.pick(["a", "b", "c"])
        let value = random.pick(["1", "17", "word", "", "-3"])
        let score = random.pick(["1", "2.5", "-7", "1700000000000", "inf"])
        let bound = random.pick(["-inf", "+inf", "1", "(1", "2.5", "1700000000000"])
        let id = "9999999999999-\(random.below(30))"
        let name = random.pick(["x", "y", "z"])
        switch random.below(32) {
        case 0: return words("SET", key == stream ? "a" : key, value)
        case 1: return words("SET", key == stream ? "a" : key, value, "NX", "EX", "5000")
        case 2: return words("SET", key == stream ? "a" : key, value, "PX", "5000000")
        case 3: return words("GET", key)
        case 4: return words("INCR", key)
        case 5: return words("DEL", "a", random.pick(["b", "c"]))
        case 6: return words("EXISTS", key, "a")
        case 7: return words("PEXPIRE", key == stream ? "b" : key, random.pick(["0", "-1", "5000000"]))
        case 8: return words("PTTL", key)
        case 9: return words("TYPE", key)
        case 10, 11, 12:
            return random.chance(10)
                ? words("XADD", key, "5-\(number)", name, value) : words("XADD", stream, "*", name, value)
        case 13:
            return words(
                "XADD", stream, random.pick(["MAXLEN", "MINID"]), random.pick(["3", "9999999999999-2"]), "*", name,
                value)
        case 14: return words("XDEL", stream, id, "9999999999999-1")
        case 15: return words("XLEN", key)
        case 16:
            return words("XRANGE", stream, random.pick(["-", id, "(" + id]), random.pick(["+", id]), "COUNT", "3")
        case 17: return words("XTRIM", stream, "MINID", "=", id)
        case 18: return words("XREAD", "COUNT", "2", "STREAMS", streams[0], streams[1], "0-0", id)
        case 19: return words("ZADD", key, score, name)
        case 20: return words("ZREM", key, name, "w")
        case 21: return words("ZSCORE", key, name)
        case 22:
            return words("ZRANGEBYSCORE", key, bound, bound, "WITHSCORES", "LIMIT", "0", random.pick(["1", "-1", "5"]))
        case 23: return words("ZREMRANGEBYSCORE", key, "-inf", bound)
        case 24: return words("ZCARD", key)
        case 25: return words("HSET", key, name, value, "n", "\(number)")
        case 26: return words("HGETALL", key)
        case 27: return words(random.pick(["HGET", "HEXISTS"]), key, random.pick([name, "n"]))
        case 28: return words("HINCRBY", key, random.pick(["n", name]), random.pick(["1", "-3", "word"]))
        case 29: return words("XADD", "counted", "1-*", name, value)
        case 30:
            return random.pick([
                words("GET"), words("SET", "a"), words("XADD", stream, "*", "odd"), words("ZADD", "a", "word", "x"),
                words("EVALSHA", "0000000000000000000000000000000000000000", "0"),
            ])
        default: return words("CONFIG", "SET", "maxmemory", random.chance(30) ? "1" : "0")
        }
    }

    @Test("what Weir sends in simulated runs, all its scripts among it, has the same outcome on a real Redis")
    func replay() async throws {
        try await withRedis { loop, redis, _ in
            // A stream is cut by whole nodes, and in the stand-in each entry is one.
            _ = try await redis.send(RedisCommand("CONFIG", "SET", "stream-node-max-entries", "1"))
            for seed in Seed.ofThisRun..<Seed.ofThisRun + 3 {
                var commands: [Words] = []
                let options = Options(seed: seed)
                let streams = Self.streams(options.endpoints.map(\.id))
                let outcome = try Simulation.run(options) { standIn in
                    let nobody = standIn.connect { _ in }
                    for command in TwoServers.preparation(of: streams) { standIn.execute(command, for: nobody) }
                    standIn.onRequest = { if let command = Self.replayable($0) { commands.append(command) } }
                }
                #expect(outcome.violation == nil, "seed \(seed)")
                // The simulation held this loop up, so that its time is of long ago.
                await loop.nextTurn()
                let servers = TwoServers(loop: loop, real: redis)
                let start = [words("CONFIG", "SET", "maxmemory", "0"), words("FLUSHALL"), words("SCRIPT", "FLUSH")]
                do {
                    try await servers.run(start + TwoServers.preparation(of: streams) + commands)
                    try await servers.run([words("CONFIG", "SET", "maxmemory", "0")])
                    try await servers.compareState()
                } catch {
                    Issue.record("seed \(seed): \(error)\n\(Seed.note)")
                    return
                }
            }
        }
    }

    private static func streams(_ endpoints: [String]) -> [String] {
        Partition.all.flatMap { partition in
            [
                partition.inbox, partition.webhooks, partition.accounts, partition.outbound, partition.alerts,
                partition.unroutable,
            ] + endpoints.flatMap { [partition.attempts($0), partition.dead($0)] }
        }
    }

    /// Without waiting, which other commands would end, and with spans that do not end while the test runs: what expired in the
    /// simulated time was noted as a deletion.
    private static func replayable(_ command: Words) -> Words? {
        switch String(decoding: command[0], as: UTF8.self) {
        case "CLIENT", "TIME", "KEYS": return nil
        // It asks for more than a test's server is.
        case "CONFIG" where command[1] == Array("GET".utf8): return nil
        case "XREAD":
            guard let block = command.firstIndex(of: Array("BLOCK".utf8)) else { return command }
            return Array(command[..<block] + command[(block + 2)...])
        default: return command.map { $0 == Array("9000".utf8) ? Array("90000000".utf8) : $0 }
        }
    }

    @Test("a read that waits gets the stream that came first, and ends when it is told to")
    func waiting() async throws {
        let script = "redis.call('XADD', KEYS[2], '*', 'a', 'b') redis.call('XADD', KEYS[1], '*', 'a', 'b') return 1"
        let read = words("XREAD", "BLOCK", "0", "STREAMS", "stream:1", "stream:2", "0-0", "0-0")
        let standIn = RedisStandIn()
        var replies: [RedisValue] = []
        let waiting = standIn.connect { replies.append($0) }
        var name: String?
        let other = standIn.connect { name = $0.text ?? name }
        for command in TwoServers.preparation(of: ["stream:1", "stream:2"]) { standIn.execute(command, for: other) }
        standIn.execute(words("SCRIPT", "LOAD", script), for: other)
        standIn.execute(read, for: waiting)
        standIn.execute(words("EVALSHA", try #require(name), "2", "stream:1", "stream:2"), for: other)
        standIn.execute(words("XREAD", "BLOCK", "0", "STREAMS", "stream:1", "9999999999999-9"), for: waiting)
        standIn.execute(words("CLIENT", "UNBLOCK", "\(waiting.id)"), for: other)
        let found = replies
        try await withRedis { loop, redis, embedded in
            let reader = RedisClient(
                loop: loop, address: embedded.address, resolver: Resolver(loop: loop), replyTimeout: .seconds(60))
            let running = loop.spawn { await reader.run() }
            #expect(await reader.untilConnected(by: loop.now + .seconds(20)))
            for command in TwoServers.preparation(of: ["stream:1", "stream:2"]) {
                _ = try await redis.send(Self.command(command))
            }
            let first = Self.start(read, on: reader)
            try await Self.untilBlocked(redis)
            _ = try await redis.run(RedisScript("two", script), keys: ["stream:1", "stream:2"]) { _ in }
            let second = {
                Self.start(words("XREAD", "BLOCK", "0", "STREAMS", "stream:1", "9999999999999-9"), on: reader)
            }
            var expected = [await first()]
            let end = second()
            try await Self.untilBlocked(redis)
            _ = try await redis.send(RedisCommand("CLIENT", "UNBLOCK", "\(reader.connectionID ?? 0)"))
            expected.append(await end())
            #expect(found == expected)
            reader.stop()
            await running.value
        }
    }

    private static func command(_ words: Words) -> RedisCommand {
        var command = RedisCommand(String(decoding: words[0], as: UTF8.self))
        for word in words.dropFirst() { command.append(word) }
        return command
    }

    /// Sends now; the reply is asked for later.
    private static func start(_ words: Words, on client: RedisClient) -> () async -> RedisValue {
        let gate = Gate()
        var reply = RedisValue.null
        client.loop.spawn {
            reply = (try? await client.send(command(words))) ?? .error("refused")
            gate.open()
        }
        return {
            _ = await gate.wait()
            return reply
        }
    }

    private static func untilBlocked(_ redis: RedisClient) async throws {
        while true {
            let clients = try await redis.send(RedisCommand("INFO", "clients")).text ?? ""
            if clients.contains("blocked_clients:1") { return }
        }
    }
}
