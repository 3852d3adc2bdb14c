// The client against a server that follows a script.

import TestSupport
import Testing

@testable import HTTP
@testable import Loop

@Suite struct ClientTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    /// Runs `body` with a client and a scripted server.
    private static func run(
        _ scripts: [ScriptedServer.Step]...,
        with body: @escaping @Sendable (Caller, ScriptedServer) async throws -> Void
    ) async throws {
        try await onRealLoop { loop in
            let server = try ScriptedServer(on: loop, scripts)
            let caller = try Caller(on: loop, port: server.port)
            try await body(caller, server)
            caller.client.closeIdle()
        }
    }

    @Test("requests one after the other share a connection")
    func reuse() async throws {
        try await Self.run([.answer(Self.ok), .answer(Self.ok), .answer(Self.ok)]) { caller, server in
            for _ in 0..<3 {
                let response = try await caller.get()
                #expect(response.body == Array("ok".utf8))
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("requests at one time have a connection each")
    func parallel() async throws {
        try await Self.run([.answer(Self.ok)], [.answer(Self.ok)]) { caller, server in
            var statuses: [Int] = []
            let requests = (0..<2).map { _ in
                caller.loop.spawn {
                    if let response = try? await caller.get() { statuses.append(response.status.code) }
                }
            }
            for request in requests { await request.value }
            #expect(statuses == [200, 200])
            #expect(server.connectionCount == 2)
        }
    }

    @Test("a kept connection that the other side closed is not used again")
    func closedWhileKept() async throws {
        try await Self.run([.answer(Self.ok), .close], [.answer(Self.ok)]) { caller, server in
            try await caller.expectOK()
            // Over loopback a close has arrived when it is done.
            while !server.hasClosed { await caller.loop.nextTurn() }
            try await caller.expectOK()
            #expect(server.connectionCount == 2)
            #expect(server.requests.count == 2)
        }
    }

    @Test("a request on a kept connection that ends without a byte is sent once more, on a fresh one")
    func staleRetried() async throws {
        try await Self.run([.answer(Self.ok), .hangUp], [.answer(Self.ok)]) { caller, server in
            try await caller.expectOK()
            try await caller.expectOK()
            #expect(server.requests.count == 3)
        }
    }

    @Test("a request on a fresh connection that ends without a byte is not repeated")
    func freshNotRetried() async throws {
        try await Self.run([.hangUp], [.answer(Self.ok)]) { caller, server in
            await #expect(throws: ClientError.interrupted(.closedByPeer)) { try await caller.get() }
            #expect(server.requests.count == 1)
        }
    }

    @Test("a response cut short on a kept connection is not repeated: the request was seen")
    func cutShort() async throws {
        try await Self.run(
            [.answer(Self.ok), .answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), .close],
            [.answer(Self.ok)]
        ) { caller, server in
            try await caller.expectOK()
            await #expect(throws: ClientError.interrupted(.closedByPeer)) { try await caller.get() }
            #expect(server.requests.count == 2)
        }
    }

    // MARK: Forms of a response

    @Test(
        "a response is read in each of its forms, and the connection kept where its end is clear",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", "body", true),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\nT: t\r\n\r\n", "body",
                true
            ),
            ("HTTP/1.1 204 No Content\r\n\r\n", "", true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", true),
            ("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", "body", true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody", "body", false),
            ("HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody", "body", false),
            // Bytes that nobody asked for: no request may read them as its response.
            ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbodyHTTP/1.1 200 OK\r\n\r\n", "body", false),
        ])
    func forms(response: String, body: String, stays: Bool) async throws {
        try await Self.run([.answer(response), .answer(Self.ok)], [.answer(Self.ok)]) { caller, server in
            let first = try await caller.get()
            #expect(String(decoding: first.body, as: UTF8.self) == body)
            try await caller.expectOK()
            #expect(server.connectionCount == (stays ? 1 : 2))
        }
    }

    @Test("a body without a length ends with the connection")
    func untilClose() async throws {
        try await Self.run([.answer("HTTP/1.1 200 OK\r\n\r\nall of it"), .close]) { caller, _ in
            let response = try await caller.get()
            #expect(String(decoding: response.body, as: UTF8.self) == "all of it")
        }
    }

    @Test("of a long body the start is kept; over the limit the connection is given up, the response is not")
    func longBody() async throws {
        for (length, connections) in [(60_000, 1), (1_000_000, 2)] {
            let long = "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n" + String(repeating: "x", count: length)
            try await Self.run([.answer(long), .answer(Self.ok)], [.answer(Self.ok)]) { caller, server in
                let response = try await caller.get()
                #expect(response.status == .ok)
                #expect(response.body == [UInt8](repeating: 0x78, count: HTTPClient.bodyKept))
                try await caller.expectOK()
                #expect(server.connectionCount == connections)
            }
        }
    }

    @Test("interim responses without end are given up")
    func interimFlood() async throws {
        let flood = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 10_000)
        try await Self.run([.answer(flood)]) { caller, _ in
            await #expect(throws: ClientError.malformed(.headTooLarge)) { try await caller.get() }
        }
    }

    @Test("what is no HTTP response is told as such")
    func malformed() async throws {
        try await Self.run([.answer("SSH-2.0-OpenSSH_9.2\r\n\r\n")]) { caller, _ in
            await #expect(throws: ClientError.malformed(.malformedStatusLine)) { try await caller.get() }
        }
    }

    @Test("a server that answers early and closes is heard, though the request could not be sent whole")
    func earlyAnswer() async throws {
        let refusal = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        try await Self.run([.answer(refusal)]) { caller, _ in
            let response = try await caller.post(bytes: 1000)
            #expect(response.status == .contentTooLarge)
        }
    }

    // MARK: Failures

    @Test("no response by the deadline is a time-out, and the connection is not used again")
    func deadline() async throws {
        try await Self.run([.answer("HTTP/1.1 200 OK\r\nContent-Le")], [.answer(Self.ok)]) { caller, server in
            await #expect(throws: ClientError.timedOut) { try await caller.get(within: .milliseconds(30)) }
            try await caller.expectOK()
            #expect(server.connectionCount == 2)
        }
    }

    @Test("a port where nobody listens is told as such, and so is a name that does not exist")
    func refused() async throws {
        try await onRealLoop { loop in
            let nobody = try Caller(on: loop, port: 1)
            await #expect {
                try await nobody.get()
            } throws: { error in
                if case .connect(.system)? = error as? ClientError { true } else { false }
            }
            let unknown = try Caller(on: loop, host: "name.invalid", port: 1)
            await #expect {
                try await unknown.get()
            } throws: { error in
                if case .lookup? = error as? ClientError { true } else { false }
            }
        }
    }

    /// Names are as one who controls their answers would have them: the client asks about each address, and connects to no other.
    @Test("a name that leads to a forbidden address is not followed, whatever else it leads to")
    func forbidden() async throws {
        try await Self.run([.answer(Self.ok), .answer(Self.ok)], [.answer(Self.ok)]) { caller, server in
            let loopback = try #require(server.address.ip)
            let other = try #require(IPAddress("127.0.0.2"))
            var policy = ClientPolicy(tls: try TLSClient(additionalTrust: nil), admits: { $0 == other })
            caller.client.replace(policy: policy)
            caller.resolver.remember([loopback], for: "rebinding.example")
            let victim = Caller(sharing: caller, host: "rebinding.example")
            await #expect(throws: ClientError.forbidden(loopback)) { try await victim.get() }
            // Behind a good address, the first to be tried and dead, stands a forbidden one: it is not fallen back to.
            caller.resolver.remember([other, loopback], for: "rebinding.example")
            await #expect {
                try await victim.get()
            } throws: { error in
                if case .connect? = error as? ClientError { true } else { false }
            }
            #expect(server.connectionCount == 0)
            // The answer changed after the look at it: a connection leads where it was vetted, so the request still arrives there.
            policy.admits = { $0 == loopback }
            caller.client.replace(policy: policy)
            caller.resolver.remember([loopback], for: "rebinding.example")
            try await victim.expectOK()
            caller.resolver.remember([other], for: "rebinding.example")
            try await victim.expectOK()
            #expect(server.connectionCount == 1)
            // A kept connection was made under the old policy.
            policy.admits = { _ in false }
            caller.client.replace(policy: policy)
            await #expect(throws: ClientError.forbidden(other)) { try await victim.get() }
            policy.admits = { _ in true }
            policy.admitsPort = { $0 == 443 }
            caller.client.replace(policy: policy)
            await #expect(throws: ClientError.forbiddenPort(server.port)) { try await victim.get() }
            #expect(server.requests.count == 2)
        }
    }

    @Test("a connection that is in use when the policy changes is not kept")
    func policyChangesMeanwhile() async throws {
        try await Self.run([.answer(Self.ok), .answer(Self.ok)]) { caller, server in
            let underWay = caller.loop.spawn { _ = try? await caller.get() }
            #expect(await eventually(on: caller.loop) { !server.requests.isEmpty })
            let here = try #require(server.address.ip)
            caller.client.replace(
                policy: ClientPolicy(tls: try TLSClient(additionalTrust: nil), admits: { _ in false }))
            await underWay.value
            await #expect(throws: ClientError.forbidden(here)) { try await caller.get() }
        }
    }

    private static let established = "HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n"

    @Test("through a proxy goes a tunnel to the vetted address, and the request through the tunnel")
    func proxied() async throws {
        try await Self.run([.answer(Self.established), .answer(Self.ok), .answer(Self.ok)]) { caller, server in
            caller.resolver.remember([try #require(IPAddress("2001:db8::7"))], for: "far.example")
            caller.resolver.remember([try #require(server.address.ip)], for: "proxy.example")
            let authorization = HTTPProxy.basicAuthorization("user:pass")
            let proxy = HTTPProxy(host: "proxy.example", port: server.port, authorization: authorization)
            var policy = ClientPolicy(tls: try TLSClient(additionalTrust: nil), admits: { !$0.isV4 }, proxy: proxy)
            caller.client.replace(policy: policy)
            let far = Caller(sharing: caller, host: "far.example")
            try await far.expectOK()
            try await far.expectOK()
            #expect(server.connectionCount == 1, "a tunnel is kept like any connection")
            let destination = "[2001:db8::7]:\(server.port)"
            #expect(
                server.requests[0] == "CONNECT \(destination) HTTP/1.1\r\nHost: \(destination)\r\n"
                    + "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n")
            #expect(server.requests[1].hasPrefix("GET / "))
            // An address that must not be reached is not asked for.
            policy.admits = { _ in false }
            caller.client.replace(policy: policy)
            await #expect(throws: ClientError.forbidden(IPAddress("2001:db8::7")!)) { try await far.get() }
            #expect(server.requests.count == 3)
        }
    }

    @Test(
        "a proxy that makes no tunnel is told as such",
        arguments: [
            ("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno", 407),
            ("HTTP/1.1 403 Forbidden\r\n\r\n", 403), ("HTTP/1.1 502 Bad Gateway\r\n\r\n", 502),
            ("HTTP/1.1 101 Switching Protocols\r\n\r\n", 101), ("SSH-2.0-OpenSSH_9.2\r\n\r\n", 0),
            // Bytes that the host cannot have sent yet.
            ("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 0), ("", 0),
        ])
    func proxyRefuses(answer: String, status: Int) async throws {
        try await Self.run([answer.isEmpty ? .hangUp : .answer(answer)]) { caller, server in
            caller.client.replace(
                policy: ClientPolicy(
                    tls: try TLSClient(additionalTrust: nil),
                    proxy: HTTPProxy(host: "127.0.0.1", port: server.port, authorization: nil)))
            await #expect {
                try await caller.get()
            } throws: { error in
                switch error as? ClientError {
                case .proxyRefused(let refused): refused.code == status
                case .proxy: status == 0
                default: false
                }
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("of several addresses the proxy is asked for one after the other, and exempted ones are reached without it")
    func proxyAddresses() async throws {
        try await Self.run(
            [.answer("HTTP/1.1 502 Bad Gateway\r\n\r\n")], [.answer(Self.established), .answer(Self.ok)],
            [.answer(Self.ok)]
        ) { caller, server in
            let here = try #require(server.address.ip)
            let (first, second) = (try #require(IPAddress("192.0.2.1")), try #require(IPAddress("192.0.2.2")))
            caller.resolver.remember([first, second], for: "far.example")
            caller.client.replace(
                policy: ClientPolicy(
                    tls: try TLSClient(additionalTrust: nil),
                    proxy: HTTPProxy(host: "127.0.0.1", port: server.port, authorization: nil) { _, address in
                        address != here
                    }))
            try await Caller(sharing: caller, host: "far.example").expectOK()
            #expect(
                server.requests.map { String($0.prefix(17)) }.prefix(2) == ["CONNECT 192.0.2.1", "CONNECT 192.0.2.2"])
            try await caller.expectOK()
            #expect(server.requests.last?.hasPrefix("GET / ") == true && server.connectionCount == 3)
        }
    }

    @Test("of several addresses the one that answers is used")
    func severalAddresses() async throws {
        try await Self.run([.answer(Self.ok)]) { caller, server in
            // The server listens on 127.0.0.1 only; nobody does on ::1 or 127.0.0.2.
            caller.resolver.remember(
                [
                    try #require(IPAddress("::1")), try #require(IPAddress("127.0.0.2")),
                    try #require(server.address.ip),
                ],
                for: "several.example")
            let other = Caller(sharing: caller, host: "several.example")
            try await other.expectOK()
        }
    }
}

/// Belongs to one loop.
final class Caller {
    let loop: EventLoop
    let client: HTTPClient
    let resolver: Resolver
    private let origin: Origin

    init(on loop: EventLoop, host: String = "127.0.0.1", port: UInt16) throws {
        self.loop = loop
        resolver = Resolver(loop: loop)
        client = HTTPClient(
            loop: loop, resolver: resolver, policy: ClientPolicy(tls: try TLSClient(additionalTrust: nil)))
        origin = Origin(host: host, port: port, isSecure: false)
    }

    init(sharing other: Caller, host: String) {
        loop = other.loop
        resolver = other.resolver
        client = other.client
        origin = Origin(host: host, port: other.origin.port, isSecure: false)
    }

    func get(within time: Duration = .seconds(20)) async throws -> ClientResponse {
        let request = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        return try await client.send(request, method: .get, to: origin, by: loop.now + time)
    }

    func expectOK(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let response = try await get()
        #expect(response.status == .ok, sourceLocation: sourceLocation)
    }

    func post(bytes count: Int) async throws -> ClientResponse {
        var request = Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n".utf8)
        request += [UInt8](repeating: 0x78, count: count)
        return try await client.send(request, method: .post, to: origin, by: loop.now + .seconds(20))
    }
}
