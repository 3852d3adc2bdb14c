// The client against a real redis-server.

import Glibc
import Loop
import TestSupport
import Testing

@testable import Redis

@Suite struct RedisClientTests {
    @Test("replies come back to the command they belong to, however many are under way")
    func pipelining() async throws {
        try await withRedis { loop, client, _ in
            var answered = 0
            let done = Gate()
            for number in 0..<2000 {
                loop.spawn {
                    let reply = try? await client.send(RedisCommand("ECHO", "value \(number)"))
                    #expect(reply?.text == "value \(number)")
                    answered += 1
                    if answered == 2000 { done.open() }
                }
            }
            _ = await done.wait()
        }
    }

    @Test("binary arguments, empty ones and long ones survive")
    func binary() async throws {
        try await withRedis { _, client, _ in
            for value in [[], [0, 13, 10, 0, 255], [UInt8](repeating: 7, count: 300_000)] as [[UInt8]] {
                var set = RedisCommand("SET", "key")
                set.append(value)
                let answer = try await client.send(set)
                #expect(answer == .status("OK"))
                let kept = try await client.send(RedisCommand("GET", "key"))
                #expect(kept == .bytes(value))
            }
        }
    }

    @Test("a refusal carries its code")
    func refusal() async throws {
        try await withRedis { _, client, _ in
            await #expect(
                throws: RedisError.refused(code: "ERR", message: "ERR value is not an integer or out of range")
            ) {
                _ = try await client.send(RedisCommand("INCRBY", "counter", "word"))
            }
        }
    }

    @Test("a script is loaded once, and again after the server forgot it")
    func scripts() async throws {
        try await withRedis { _, client, _ in
            let script = RedisScript("sum", "return ARGV[1] + ARGV[2] + #KEYS")
            for _ in 0..<2 {
                let reply = try await client.run(script, keys: ["a", "b"]) {
                    $0.append("40")
                    $0.append(Int64(1))
                }
                #expect(reply == .integer(43))
            }
            _ = try await client.send(RedisCommand("SCRIPT", "FLUSH"))
            let again = try await client.run(script, keys: []) {
                $0.append("1")
                $0.append("1")
            }
            #expect(again == .integer(2))
        }
    }

    @Test("entries of a stream are read with ids and fields")
    func streams() async throws {
        try await withRedis { _, client, _ in
            _ = try await client.send(RedisCommand("XADD", "s", "5-1", "event", "one", "n", "1"))
            _ = try await client.send(RedisCommand("XADD", "s", "5-2", "event", "two"))
            let streams = try StreamEntry.byKey(try await client.send(RedisCommand("XREAD", "STREAMS", "s", "5-0")))
            #expect(streams.count == 1 && streams[0].key == "s")
            #expect(streams[0].entries.map(\.id.description) == ["5-1", "5-2"])
            #expect(streams[0].entries[0].value("n") == Array("1".utf8))
            let none = try StreamEntry.byKey(try await client.send(RedisCommand("XREAD", "STREAMS", "s", "5-2")))
            #expect(none.isEmpty)
        }
    }

    @Test("when the server is killed, pending commands fail, and the client finds the restarted one with its data")
    func restart() async throws {
        try await withRedis { loop, client, _ in
            _ = try await client.send(RedisCommand("SET", "kept", "yes"))
            let info = try await client.send(RedisCommand("INFO", "server")).text ?? ""
            let line = try #require(info.split(separator: "\r\n").first { $0.hasPrefix("process_id:") })
            let blocked = Gate()
            loop.spawn {
                await #expect(throws: RedisError.self) {
                    _ = try await client.send(RedisCommand("BLPOP", "nothing", "0"))
                }
                blocked.open()
            }
            kill(try #require(Int32(line.dropFirst(11))), SIGKILL)
            _ = await blocked.wait()
            #expect(await client.untilConnected(by: loop.now + .seconds(20)))
            #expect(try await client.send(RedisCommand("GET", "kept")).text == "yes")
        }
    }

    @Test("a server that hangs up while the client signs in is tried again")
    func hangsUpAtSignIn() async throws {
        try await onRealLoop { loop in
            let listener = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!)
            let address = try #require(RedisAddress("redis://127.0.0.1:\(listener.address.port ?? 0)"))
            let client = RedisClient(loop: loop, address: address, resolver: Resolver(loop: loop))
            var attempts = 0
            loop.spawn {
                while let incoming = await listener.accept(onExhausted: { false }) {
                    attempts += 1
                    try? incoming.stream(on: loop).close()
                }
            }
            loop.spawn { await client.run() }
            #expect(await eventually(on: loop) { attempts >= 3 })
            client.stop()
            listener.close()
        }
    }

    @Test("a server that stops answering counts as gone after the reply time-out")
    func silentServer() async throws {
        try await withRedis { loop, client, redis in
            let impatient = RedisClient(
                loop: loop, address: redis.address, resolver: Resolver(loop: loop), replyTimeout: .milliseconds(50))
            loop.spawn { await impatient.run() }
            #expect(await impatient.untilConnected(by: loop.now + .seconds(20)))
            await #expect(throws: RedisError.interrupted("no reply within \(Duration.milliseconds(50))")) {
                _ = try await impatient.send(RedisCommand("BLPOP", "nothing", "0"))
            }
            impatient.stop()
        }
    }
}

@Suite struct RedisAddressTests {
    @Test("the forms of an address")
    func forms() {
        #expect(RedisAddress("unix:/run/r.sock")?.place == .unix(path: "/run/r.sock"))
        #expect(RedisAddress("redis://h")?.place == .host("h", port: 6379, tls: false))
        #expect(RedisAddress("rediss://[::1]:7000/3")?.place == .host("::1", port: 7000, tls: true))
        let signedIn = RedisAddress("redis://weir:s3cret@h:1/2")
        #expect(signedIn?.user == "weir" && signedIn?.password == "s3cret" && signedIn?.database == 2)
    }

    @Test(
        "what is not an address is refused",
        arguments: ["", "h:6379", "http://h", "redis://", "redis://h:x", "redis://h/-1"])
    func refused(text: String) {
        #expect(RedisAddress(text) == nil)
    }

    /// After one reply the client is about to ask the next question, of a connection that has ended.
    @Test("a connection that ends between two steps of signing in is followed by another")
    func endsDuringSignIn() async throws {
        try await onRealLoop { loop in
            let listener = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!)
            defer { listener.close() }
            loop.spawn {
                var repliesMax = 1
                while let incoming = await listener.accept(onExhausted: { false }) {
                    let replies = ["+PONG\r\n", ":7\r\n"].prefix(repliesMax)
                    repliesMax = 2
                    loop.spawn { try? await Self.serve(incoming, Array(replies), on: loop) }
                }
            }
            let address = try #require(RedisAddress("redis://127.0.0.1:\(listener.address.port ?? 0)"))
            let client = RedisClient(loop: loop, address: address, resolver: Resolver(loop: loop))
            let running = loop.spawn { await client.run() }
            try #require(await client.untilConnected(by: loop.now + .seconds(20)))
            #expect(client.connectionID == 7)
            client.stop()
            await running.value
        }
    }

    /// Answers a command with each reply. Closes at once after one, else at the next command.
    private static func serve(_ incoming: IncomingConnection, _ replies: [String], on loop: EventLoop) async throws {
        let stream = try incoming.stream(on: loop)
        defer { stream.close() }
        var buffer = [UInt8](repeating: 0, count: 1024)
        for reply in replies {
            guard try await stream.read(into: &buffer, at: 0) > 0 else { return }
            try await stream.write(Array(reply.utf8))
        }
        if replies.count > 1 { _ = try await stream.read(into: &buffer, at: 0) }
    }
}
