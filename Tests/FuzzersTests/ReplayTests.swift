import FoundationEssentials
import Fuzzers
import TestBasics
import Testing

extension Fuzzer: CustomTestStringConvertible {
    public var testDescription: String { name }
}

/// The checks of Deploy/fuzz, without libFuzzer: over what every run starts from, and over what earlier runs found.
@Suite("Fuzzers replayed")
struct ReplayTests {
    @Test("every seed and its damaged copies pass the check of their fuzzer", arguments: Fuzzer.table)
    func seeds(of fuzzer: Fuzzer) throws {
        let seeds = try fuzzer.seeds()
        #expect(!seeds.isEmpty)
        var random = SplitMix64(seed: Seed.ofThisRun)
        for seed in seeds {
            #expect(throws: Never.self, "\(text(seed))") { try fuzzer.check(seed) }
            var damaged = seed
            guard !damaged.isEmpty else { continue }
            damaged[random.below(damaged.count)] = UInt8.random(in: 0...255, using: &random)
            damaged.removeSubrange((damaged.count - random.below(8) % damaged.count)...)
            #expect(throws: Never.self, "\(Seed.note): \(damaged)") { try fuzzer.check(damaged) }
        }
    }

    @Test("an input that was a find once is none any more", arguments: Fuzzer.table)
    func regressions(of fuzzer: Fuzzer) throws {
        let folder = Repository.path("Tests/Fuzz/Regressions/\(fuzzer.name)")
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let input = try Array(Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
            #expect(throws: Never.self, "\(name)") { try fuzzer.check(input) }
        }
    }

    @Test("the canary fails on its bug, and only on it")
    func canary() {
        #expect(throws: BrokenProperty.self) { try Fuzzer.canary.check(Array("a bug".utf8)) }
        #expect(throws: Never.self) { try Fuzzer.canary.check(Array("a bun".utf8)) }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
