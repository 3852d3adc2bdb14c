// The server over real sockets: order, framing, limits and refusals.

import Loop
import TestSupport
import Testing

@testable import HTTP

@Suite struct ServerTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let last = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    @Test("a connection carries one request after the other and closes when asked to")
    func keepAlive() async throws {
        try await ServerFixture.run { fixture in
            let wire = try await fixture.wire()
            for _ in 0..<3 {
                try await wire.send(Self.get)
                #expect(try await wire.read(through: "GET /a ").hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
            try await wire.send(Self.last)
            let answer = try await wire.readToEnd()
            #expect(answer.contains("connection: close\r\n"))
            #expect(answer.hasSuffix("\r\n\r\nGET /last "))
            #expect(await eventually(on: fixture.loop) { fixture.closedCount == 1 })
        }
    }

    @Test("HTTP/1.0 closes after each answer, unless asked to keep the connection")
    func http10() async throws {
        try await ServerFixture.run { fixture in
            let wire = try await fixture.wire()
            try await wire.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await wire.read(through: "GET /a ").contains("connection: keep-alive\r\n"))
            try await wire.send("GET /b HTTP/1.0\r\n\r\n")
            #expect(try await wire.readToEnd().hasSuffix("GET /b "))
        }
    }

    @Test("pipelined requests are answered in order, however they are cut")
    func pipelining() async throws {
        // The first answers take longest, so that order is the server's doing.
        try await ServerFixture.run { fixture in
            let all =
                (0..<100).map {
                    "POST /\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                }.joined() + Self.last
            for size in [1, 7, 64, all.utf8.count] {
                let wire = try await fixture.wire()
                fixture.loop.spawn {
                    var rest = all[...]
                    while !rest.isEmpty {
                        try? await wire.send(String(rest.prefix(size)))
                        rest = rest.dropFirst(size)
                    }
                }
                let answers = try await wire.readToEnd()
                let bodies = answers.matches(of: /POST \/(\d+) abc/).map { Int($0.output.1) }
                #expect(bodies == Array(0..<100))
                #expect(answers.hasSuffix("GET /last "))
            }
        }
    }

    @Test("a peer that pipelines without end leaves the others their turn")
    func fairness() async throws {
        try await ServerFixture.run { fixture in
            let greedy = try await fixture.wire()
            let flood = Array(String(repeating: Self.get, count: 500).utf8)
            var isDone = false
            let sending = fixture.loop.spawn { while !isDone { try? await greedy.stream.write(flood) } }
            let reading = fixture.loop.spawn { while !isDone { _ = try? await greedy.read(through: "GET /a ") } }
            let modest = try await fixture.wire()
            for _ in 0..<20 {
                try await modest.send(Self.get)
                #expect(try await modest.read(through: "GET /a ").hasPrefix("HTTP/1.1 200"))
            }
            isDone = true
            greedy.stream.close()
            await sending.value
            await reading.value
        }
    }

    @Test("a chunked body is put together, its trailers are read over, and the next request is found behind it")
    func chunked() async throws {
        try await ServerFixture.run { fixture in
            let wire = try await fixture.wire()
            try await wire.send(
                "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3;x=y\r\nabc\r\n5\r\ndefgh\r\n0\r\nX-Trailer: t\r\n\r\n" + Self.last)
            let answers = try await wire.readToEnd()
            #expect(answers.contains("POST /c abcdefgh"))
            #expect(answers.hasSuffix("GET /last "))
        }
    }

    @Test("a body larger than the read buffer arrives whole, behind a head that stays readable")
    func largeBody() async throws {
        let body = String(repeating: "0123456789abcdef", count: 20_000)
        try await ServerFixture.run { fixture in
            let wire = try await fixture.wire()
            fixture.loop.spawn {
                try? await wire.send("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
                try? await wire.send(body + Self.last)
            }
            #expect(try await wire.readToEnd().contains("POST /large \(body)HTTP/1.1 200 OK"))
        }
    }

    @Test("a client that waits for 100 Continue gets it before it sends the body")
    func expectContinue() async throws {
        try await ServerFixture.run { fixture in
            let wire = try await fixture.wire()
            try await wire.send(
                "POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
            #expect(try await wire.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await wire.send("body")
            #expect(try await wire.readToEnd().hasSuffix("POST /e body"))
        }
    }

    @Test("the answer to HEAD has the length of the body, and no body")
    func head() async throws {
        try await ServerFixture.run { fixture in
            let wire = try await fixture.wire()
            try await wire.send("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n" + Self.last)
            let answers = try await wire.readToEnd()
            #expect(answers.contains("content-length: 8\r\n"))
            #expect(!answers.contains("HEAD /h "))
            #expect(answers.contains("\r\n\r\nHTTP/1.1 200 OK\r\n"))
        }
    }

    // MARK: Refusals

    @Test(
        "what breaks the rules is answered with its problem, and the connection closes",
        arguments: [
            ("GET /\r\n\r\n", 400, "malformed-request-line"),
            ("GET / HTTP/1.1\r\n\r\n", 400, "missing-host"),
            ("GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", 400, "whitespace-in-field-name"),
            ("GET / HTTP/1.1\nHost: a\n\n", 400, "bare-line-feed"),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
                "length-and-transfer-encoding"
            ),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", 400, "malformed-chunk-size"),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413, "content-too-large"),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", 413, "content-too-large"),
            ("GET / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n", 417, "expectation-failed"),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "unknown-transfer-coding"),
            ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "unsupported-version"),
        ])
    func refusals(request: String, status: Int, code: String) async throws {
        try await ServerFixture.run(limits: HTTPLimits(bodyBytes: 1000)) { fixture in
            let wire = try await fixture.wire()
            try await wire.send(Self.get + request)
            let answers = try await wire.readToEnd()
            #expect(answers.contains("GET /a HTTP/1.1 \(status) "), "answered in order")
            #expect(answers.contains("content-type: application/problem+json\r\n"))
            #expect(answers.contains("connection: close\r\n"))
            #expect(answers.contains(#""code":"\#(code)""#))
        }
    }

    @Test("a head over the limit is refused before it ends")
    func largeHead() async throws {
        try await ServerFixture.run(limits: HTTPLimits(headBytes: 20_000)) { fixture in
            let wire = try await fixture.wire()
            try await wire.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 20_000))
            #expect(try await wire.readToEnd().hasPrefix("HTTP/1.1 431 "))
        }
    }

    @Test("the refusal of a HEAD request has no body")
    func refusedHead() async throws {
        try await ServerFixture.run { fixture in
            let wire = try await fixture.wire()
            try await wire.send("HEAD / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
            let answer = try await wire.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test("a peer that sends on without end after a refusal is cut off and keeps nobody from his turn")
    func endlessSender() async throws {
        try await ServerFixture.run { fixture in
            let flood = try await fixture.wire()
            try await flood.send("nonsense\r\n\r\n")
            let sending = fixture.loop.spawn {
                let garbage = [UInt8](repeating: 0x78, count: 1 << 16)
                while (try? await flood.stream.write(garbage)) != nil {}
            }
            let other = try await fixture.wire()
            try await other.send(Self.last)
            #expect(try await other.readToEnd().hasSuffix("GET /last "))
            await sending.value
            #expect(await eventually(on: fixture.loop) { fixture.closedCount == 2 })
        }
    }

    @Test("an address has its fill of connections, and room again when one ends")
    func connectionLimit() async throws {
        try await ServerFixture.run(connectionsPerAddress: 2) { fixture in
            let first = try await fixture.wire()
            let second = try await fixture.wire()
            for wire in [first, second] {
                try await wire.send(Self.get)
                #expect(try await wire.read(through: "GET /a ").hasPrefix("HTTP/1.1 200"))
            }
            #expect(try await fixture.wire().readToEnd().isEmpty)
            second.stream.close()
            #expect(await eventually(on: fixture.loop) { fixture.closedCount == 1 })
            let third = try await fixture.wire()
            try await third.send(Self.get)
            #expect(try await third.read(through: "GET /a ").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("addresses of one IPv6 network count as one, those of IPv4 each for themselves")
    func ledger() throws {
        let ledger = AddressLedger(connectionsPerAddress: 1)
        #expect(ledger.admit(try #require(IPAddress("2001:db8::1"))))
        #expect(!ledger.admit(try #require(IPAddress("2001:db8::ffff:1"))))
        #expect(ledger.admit(try #require(IPAddress("2001:db8:0:1::1"))))
        #expect(ledger.admit(try #require(IPAddress("192.0.2.1"))))
        #expect(ledger.admit(try #require(IPAddress("192.0.2.2"))))
        ledger.release(try #require(IPAddress("2001:db8::1")))
        #expect(ledger.admit(try #require(IPAddress("2001:db8::2"))))
    }
}
