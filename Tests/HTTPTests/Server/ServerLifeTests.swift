// The server's time-outs, and how it ends.

import Loop
import TestSupport
import Testing

@testable import HTTP

@Suite struct ServerLifeTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let long = Duration.seconds(20)
    private static let short = Duration.milliseconds(30)

    @Test("a head that drips in is given up with 408")
    func headTimeout() async throws {
        let timeouts = ServerTimeouts(head: Self.short, body: Self.long, idle: Self.long)
        try await ServerFixture.run(timeouts: timeouts) { fixture in
            let wire = try await fixture.wire()
            try await wire.send(Self.get)
            #expect(try await wire.read(through: "GET /a ").hasPrefix("HTTP/1.1 200"))
            try await wire.send("GET / HTTP/1.1\r\nHo")
            let answer = try await wire.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(answer.contains(#""code":"request_timeout""#))
            #expect(fixture.timedOutPhases == [.head])
        }
    }

    @Test("a body that stops coming is given up with 408")
    func bodyTimeout() async throws {
        let timeouts = ServerTimeouts(head: Self.long, body: Self.short, idle: Self.long)
        try await ServerFixture.run(timeouts: timeouts) { fixture in
            let wire = try await fixture.wire()
            try await wire.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo")
            #expect(try await wire.readToEnd().hasPrefix("HTTP/1.1 408 "))
            #expect(fixture.timedOutPhases == [.body])
        }
    }

    @Test("an idle connection is closed without a word, before its first request and between two")
    func idleTimeout() async throws {
        let timeouts = ServerTimeouts(head: Self.long, body: Self.long, idle: Self.short)
        try await ServerFixture.run(timeouts: timeouts) { fixture in
            #expect(try await fixture.wire().readToEnd().isEmpty)
            let wire = try await fixture.wire()
            try await wire.send(Self.get)
            #expect(try await wire.readToEnd().hasSuffix("GET /a "))
            #expect(fixture.timedOutPhases.isEmpty)
        }
    }

    @Test("waiting for the next request is being idle, however short the time for a head is")
    func idleIsNotHead() async throws {
        let timeouts = ServerTimeouts(head: Self.short, body: Self.long, idle: Self.long)
        try await ServerFixture.run(timeouts: timeouts) { fixture in
            let wire = try await fixture.wire()
            for _ in 0..<2 {
                try await wire.send(Self.get)
                #expect(try await wire.read(through: "GET /a ").hasPrefix("HTTP/1.1 200"))
                // Past the time for a head.
                await fixture.loop.sleep(until: fixture.loop.now + Self.short + Self.short)
            }
            #expect(fixture.timedOutPhases.isEmpty)
        }
    }

    @Test("an answer that nobody reads is given up")
    func writeTimeout() async throws {
        let timeouts = ServerTimeouts(head: Self.long, body: Self.short, idle: Self.long)
        let huge: @Sendable (Request) async -> Response = { _ in
            Response(.ok, .plainText, [UInt8](repeating: 0x78, count: 16 << 20))
        }
        try await ServerFixture.run(timeouts: timeouts, answering: huge) { fixture in
            let wire = try await fixture.wire()
            try await wire.send(Self.get)
            #expect(await eventually(on: fixture.loop) { fixture.closedCount == 1 })
            #expect(fixture.timedOutPhases == [.write])
        }
    }

    @Test("draining closes idle connections, lets a request under way be answered, and takes no new connection")
    func drain() async throws {
        let entered = Flag()
        let mayAnswer = Flag()
        let waiting: @Sendable (Request) async -> Response = { request in
            if request.path == "/slow" {
                entered.raise()
                await mayAnswer.wait()
            }
            return await ServerFixture.echo(request)
        }
        try await ServerFixture.run(answering: waiting) { fixture in
            let loop = fixture.loop
            let idle = try await fixture.wire()
            try await idle.send(Self.get)
            #expect(try await idle.read(through: "GET /a ").hasPrefix("HTTP/1.1 200"))
            let busy = try await fixture.wire()
            try await busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            await entered.wait()
            let server = try fixture.server
            var isDrained = false
            let draining = loop.spawn {
                await server.drain(by: loop.now + .seconds(20))
                isDrained = true
            }
            #expect(try await idle.readToEnd().isEmpty)
            #expect(!isDrained)
            await #expect(throws: StreamError.self) { _ = try await fixture.wire() }
            mayAnswer.raise()
            let answer = try await busy.readToEnd()
            #expect(answer.hasSuffix("GET /slow "))
            #expect(answer.contains("connection: close\r\n"))
            await draining.value
        }
    }

    @Test("draining ends at its deadline, whoever is still at work")
    func drainDeadline() async throws {
        let entered = Flag()
        let never = Flag()
        let stuck: @Sendable (Request) async -> Response = { request in
            entered.raise()
            await never.wait()
            return await ServerFixture.echo(request)
        }
        try await ServerFixture.run(answering: stuck) { fixture in
            let wire = try await fixture.wire()
            try await wire.send(Self.get)
            await entered.wait()
            try await fixture.server.drain(by: fixture.loop.now + .milliseconds(5))
            #expect(try await wire.readToEnd().isEmpty)
            never.raise()
            #expect(await eventually(on: fixture.loop) { fixture.closedCount == 1 })
        }
    }
}

/// Raised once, and seen by one waiter of the same loop.
private final class Flag: @unchecked Sendable {
    private let gate = Gate()
    func raise() { gate.open() }
    func wait() async { _ = await gate.wait() }
}
