// A server on a real socket with a handler that a test writes as a closure.

import Loop
import TestSupport
import Testing

@testable import HTTP

/// Belongs to one loop.
final class ServerFixture: RequestHandler {
    let loop: EventLoop
    private(set) var events: [ServerEvent] = []
    private let answer: (Request) async -> Response
    private var made: HTTPServer?

    /// Runs `body` with a server whose default handler answers `METHOD path body`.
    static func run(
        limits: HTTPLimits = HTTPLimits(),
        timeouts: ServerTimeouts = ServerTimeouts(head: .seconds(20), body: .seconds(20), idle: .seconds(20)),
        tls: TLSServer? = nil, connectionsPerAddress: Int = 100, bodies: BodyBudget = BodyBudget(byteCount: .max),
        descriptorCeiling: Int32 = .max,
        answering answer: (@Sendable (Request) async -> Response)? = nil,
        _ body: @escaping @Sendable (ServerFixture) async throws -> Void
    ) async throws {
        try await onRealLoop { loop in
            let fixture = ServerFixture(on: loop, answer ?? Self.echo)
            let server = try HTTPServer(
                on: loop, at: SocketAddress("127.0.0.1:0")!,
                ServerSettings(tls: tls, limits: limits, timeouts: timeouts),
                ledger: AddressLedger(connectionsPerAddress: connectionsPerAddress), bodies: bodies,
                descriptorCeiling: descriptorCeiling, handler: fixture
            ) { [weak fixture] in fixture?.events.append($0) }
            fixture.made = server
            let running = loop.spawn { await server.run() }
            try await body(fixture)
            await server.drain(by: loop.now)
            await running.value
            fixture.made = nil
        }
    }

    private init(on loop: EventLoop, _ answer: @escaping (Request) async -> Response) {
        self.loop = loop
        self.answer = answer
    }

    static let echo: @Sendable (Request) async -> Response = { request in
        var body = Array("\(request.head.method.name) \(request.path) ".utf8)
        body += request.body
        return Response(.ok, .plainText, body)
    }

    var server: HTTPServer {
        get throws { try #require(made) }
    }

    func wire() async throws -> Wire { try await Wire.connect(to: server.address, on: loop) }

    func respond(to request: Request) async -> Response { await answer(request) }

    /// How many connections have ended.
    var closedCount: Int {
        events.count { if case .closed = $0 { true } else { false } }
    }

    var timedOutPhases: [ServerPhase] {
        events.compactMap { if case .timedOut(let phase) = $0 { phase } else { nil } }
    }
}
