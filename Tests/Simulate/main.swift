// Long campaigns of the simulation, in a release build: Deploy/simulate.

import Glibc
import Simulation

struct Request {
    var seed: UInt64 = 1
    var runs: UInt64 = 1000
    /// This process takes every `stride`-th seed.
    var stride: UInt64 = 1
    var canary: Canary?
    var traces = false
    var playsCanaries = false
}

func request(_ words: ArraySlice<String>) -> Request? {
    var request = Request()
    var words = words
    while let word = words.popFirst() {
        if word == "--trace" {
            request.traces = true
            request.runs = 1
            continue
        }
        if word == "--canaries" {
            request.playsCanaries = true
            continue
        }
        guard let value = words.popFirst() else { return nil }
        switch (word, UInt64(value)) {
        case ("--seed", let number?): request.seed = number
        case ("--runs", let number?): request.runs = number
        case ("--stride", let number?) where number > 0: request.stride = number
        case ("--canary", _):
            guard let canary = Canary(rawValue: value) else { return nil }
            request.canary = canary
        default: return nil
        }
    }
    return request
}

/// Runs the seeds; returns whether all promises were kept.
func play(_ request: Request) throws -> Bool {
    let clock = ContinuousClock()
    let start = clock.now
    var broken: [UInt64] = []
    var count = 0
    for seed in stride(from: request.seed, to: request.seed + request.runs, by: Int(request.stride)) {
        if request.traces { print(try Simulation.report(seed: seed, canary: request.canary, linesMax: .max)) }
        let outcome = try Simulation.run(seed: seed, canary: request.canary)
        count += 1
        guard let violation = outcome.violation else { continue }
        print("seed \(seed), run \(count): broken \(violation)")
        // A crash in a later run must not swallow it.
        fflush(nil)
        broken.append(seed)
        let brokenMax = 10
        if request.canary != nil || broken.count == brokenMax { break }
    }
    let seconds =
        Double((clock.now - start).components.seconds) + 1e-18 * Double((clock.now - start).components.attoseconds)
    print("\(count) runs, \(broken.count) broken, \(Int(Double(count) / seconds * 60)) runs a minute")
    return broken.isEmpty
}

/// Each canary must be found within its number of runs.
func playCanaries() throws -> Bool {
    var areFound = true
    for canary in Canary.allCases {
        let seeds = 1...UInt64(canary.runsMax)
        let found = try seeds.first { try Simulation.run(seed: $0, canary: canary).violation != nil }
        print("canary \(canary): \(found.map { "found in run \($0)" } ?? "NOT found") of \(canary.runsMax)")
        if found == nil { areFound = false }
    }
    return areFound
}

guard let request = request(CommandLine.arguments.dropFirst()) else {
    print("usage: simulate [--seed S] [--runs N] [--stride K] [--canary NAME] [--trace] | --canaries")
    print("canaries: \(Canary.allCases.map(\.rawValue).joined(separator: " "))")
    exit(2)
}
let isFine = try request.playsCanaries ? playCanaries() : play(request)
exit(isFine ? 0 : 1)
