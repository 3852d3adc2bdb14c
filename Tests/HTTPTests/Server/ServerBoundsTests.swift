// What strangers may use up of a server, and who has to make room for others.

import Loop
import TestSupport
import Testing

@testable import HTTP

@Suite struct ServerBoundsTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func post(_ byteCount: Int) -> String {
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: \(byteCount)\r\n\r\n"
    }

    private static func accepted(_ count: Int, _ fixture: ServerFixture) async -> Bool {
        await eventually(on: fixture.loop) {
            fixture.events.count { if case .accepted = $0 { true } else { false } } == count
        }
    }

    @Test("room is made by closing first who never sent a request, then who has been idle longest")
    func makesRoom() async throws {
        try await ServerFixture.run { fixture in
            let old = try await fixture.wire()
            try await old.send(Self.get)
            #expect(try await old.read(through: "GET /a ").hasPrefix("HTTP/1.1 200"))
            let silent = try await fixture.wire()
            #expect(await Self.accepted(2, fixture))
            let dripping = try await fixture.wire()
            try await dripping.send("GET / HT")
            #expect(await Self.accepted(3, fixture))
            let young = try await fixture.wire()
            try await young.send(Self.get)
            #expect(try await young.read(through: "GET /a ").hasPrefix("HTTP/1.1 200"))
            for wire in [silent, dripping, old, young] {
                let isMade = try fixture.server.makeRoom(patience: .zero)
                #expect(isMade)
                #expect(try await wire.readToEnd().isEmpty)
            }
            let isMadeAgain = try fixture.server.makeRoom(patience: .zero)
            #expect(!isMadeAgain, "nobody is left to go")
        }
    }

    @Test("a request under way is never closed to make room")
    func sparesWork() async throws {
        let gates = Gates()
        let waiting: @Sendable (Request) async -> Response = { request in
            gates.entered.open()
            _ = await gates.mayAnswer.wait()
            return await ServerFixture.echo(request)
        }
        try await ServerFixture.run(answering: waiting) { fixture in
            let wire = try await fixture.wire()
            try await wire.send(Self.get)
            _ = await gates.entered.wait()
            let isMade = try fixture.server.makeRoom(patience: .zero)
            #expect(!isMade)
            gates.mayAnswer.open()
            #expect(try await wire.read(through: "GET /a ").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("a connection whose descriptor is kept for others is closed when nobody can make room")
    func reserve() async throws {
        try await ServerFixture.run(descriptorCeiling: 0) { fixture in
            let wire = try await fixture.wire()
            #expect(try await wire.readToEnd().isEmpty)
            let isRefused = fixture.events.contains {
                if case .refused(.outOfDescriptors) = $0 { true } else { false }
            }
            #expect(isRefused)
        }
    }

    @Test("large bodies share a budget; who finds none left gets 503, small bodies are taken, and it is given back")
    func bodyBudget() async throws {
        let budget = BodyBudget(byteCount: 2 * BodyBudget.step)
        let greed = BodyBudget.freeByteCount + 2 * BodyBudget.step
        try await ServerFixture.run(bodies: budget) { fixture in
            let greedy = try await fixture.wire()
            try await greedy.send(Self.post(greed) + String(repeating: "a", count: greed - 1))
            #expect(await eventually(on: fixture.loop) { budget.takenByteCount == 2 * BodyBudget.step })
            let other = try await fixture.wire()
            try await other.send(Self.post(greed) + String(repeating: "a", count: greed))
            let refused = try await other.readToEnd()
            #expect(refused.hasPrefix("HTTP/1.1 503 "))
            let modest = try await fixture.wire()
            try await modest.send(Self.post(1000) + String(repeating: "a", count: 1000))
            #expect(try await modest.read(through: "POST /a ").hasPrefix("HTTP/1.1 200"))
            try await greedy.send("a")
            #expect(try await greedy.read(through: "POST /a ").hasPrefix("HTTP/1.1 200"))
            #expect(budget.takenByteCount == 0)
            let late = try await fixture.wire()
            try await late.send(Self.post(greed) + String(repeating: "a", count: greed))
            #expect(try await late.read(through: "POST /a ").hasPrefix("HTTP/1.1 200"))
        }
    }
}

/// Used on the test's loop only.
private struct Gates: @unchecked Sendable {
    let entered = Gate()
    let mayAnswer = Gate()
}
