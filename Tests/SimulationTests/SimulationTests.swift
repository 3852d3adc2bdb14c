// Seeded runs of the whole routing and delivery logic in virtual time (Tests/Simulation). `Deploy/simulate` runs many more.

import Loop
import TestBasics
import TestSupport
import Testing

@testable import Simulation

/// One after the other: each keeps a core busy.
@Suite(.serialized) struct SimulationTests {
    /// On a thread of its own, as a simulation never waits.
    private func simulate(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await onRealLoop { _ in try body() }
    }

    @Test("no fault breaks a promise, whatever the seed")
    func promises() async throws {
        try await simulate {
            let clock = ContinuousClock()
            let end = clock.now + .seconds(10)
            let runsMax: UInt64 = 200
            for seed in Seed.ofThisRun..<Seed.ofThisRun + runsMax where clock.now < end {
                guard try Simulation.run(seed: seed).violation != nil else { continue }
                Issue.record("\(try Simulation.report(seed: seed))")
                return
            }
        }
    }

    @Test("a seed has one history")
    func determinism() async throws {
        try await simulate {
            for seed in Seed.ofThisRun..<Seed.ofThisRun + 5 {
                let first = try Simulation.run(seed: seed)
                let second = try Simulation.run(seed: seed)
                #expect(first.digest == second.digest && first.turns == second.turns, "seed \(seed); \(Seed.note)")
            }
        }
    }

    /// Those that sing early; all of them are played by `Deploy/simulate --canaries`, in a release build.
    @Test("a Weir that is wrong on purpose is found out", arguments: Canary.allCases.filter { $0.runsMax <= 60 })
    func canaries(_ canary: Canary) async throws {
        try await simulate {
            for seed in 1...canary.runsMax where try Simulation.run(seed: UInt64(seed), canary: canary).violation != nil
            { return }
            Issue.record("\(canary) sang for \(canary.runsMax) runs and nobody heard it")
        }
    }
}
