// Timelines, in virtual time: what exactly happens, and that every promise is kept. Those that found a bug stay here.

import Loop
import TestSupport
import Testing

@testable import Simulation

@Suite struct ScenarioTests {
    private func keeps(_ options: Options) async throws {
        try await onRealLoop { _ in
            guard try Simulation.run(options).violation != nil else { return }
            Issue.record("\(try Simulation.report(options))")
        }
    }

    @Test("without faults every event arrives, once")
    func quiet() async throws { try await keeps(Options(scenario: 7)) }

    @Test(
        "a Redis that takes connections and is silent while clients sign in is found again (a client waited for ever)")
    func silentSignIn() async throws {
        try await keeps(Options(scenario: 7, .at(.seconds(2), .redisPause(for: .seconds(9)))))
    }

    @Test("an owner that slept longer than its lease changes nothing when it wakes")
    func sleepingOwner() async throws {
        try await keeps(Options(scenario: 7, .at(.seconds(6), .stall(process: 0, loop: 0, for: .seconds(20)))))
    }

    @Test("a killed process is replaced by the other one, and by itself under its own name")
    func kill() async throws {
        try await keeps(
            Options(
                scenario: 7,
                .at(.seconds(5), .kill(process: 0, withMachine: true, back: .seconds(15), keepsName: false)),
                .at(.seconds(12), .kill(process: 1, withMachine: false, back: .zero, keepsName: true))))
    }

    @Test("a thousand deliveries to an endpoint that is silent delay no other")
    func flood() async throws {
        try await keeps(
            Options(
                scenario: 7, callbacks: 1000, every: .milliseconds(5),
                .at(.zero, .endpoint(0, .silent, for: .seconds(25)))))
    }

    @Test("a full Redis refuses callbacks, and gets rid of what it has")
    func full() async throws {
        try await keeps(Options(scenario: 7, .at(.seconds(4), .redisFull(for: .seconds(12)))))
    }

    @Test("an idle Weir asks Redis for next to nothing: renewals, and reads that wait")
    func idle() async throws {
        try await onRealLoop { _ in
            var options = Options(scenario: 7, callbacks: 0)
            options.processes = 1
            var requests: [(at: Int64, name: String)] = []
            let outcome = try Simulation.run(options) { redis in
                redis.onRequest = { [unowned redis] in requests.append((redis.now, Arguments.name(of: $0))) }
            }
            #expect(outcome.violation == nil)
            // Behind the start, when partitions are looked for; to the end, when nothing is owed.
            let start = try #require(requests.first).at + 5000
            let seconds = Int(Options.troubleFor / .seconds(1)) - 5
            let quiet = requests.filter { $0.at >= start }
            #expect(quiet.count > seconds / 5, "it did ask, so it was there")
            #expect(quiet.count <= 3 * seconds, "\(Dictionary(grouping: quiet, by: \.name).mapValues(\.count))")
        }
    }
}
