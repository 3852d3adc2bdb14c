import Crypto
import Testing

@Suite struct RandomSourceTests {
    @Test("a seed gives SplitMix64's published numbers")
    func splitMix() {
        var random = RandomSource.seeded(1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
        #expect(random.next() == 9_817_491_932_198_370_423)
    }

    @Test("equal seeds give equal bytes, in place and as an array; other seeds give others")
    func seeds() {
        var first = RandomSource.seeded(1)
        var second = RandomSource.seeded(1)
        var other = RandomSource.seeded(2)
        let bytes: InlineArray<20, UInt8> = first.bytes()
        let array = second.bytes(count: 20)
        #expect(Digest(bytes).array == array)
        #expect(other.bytes(count: 20) != array)
        #expect(first.next() == second.next())
    }

    @Test("the system's numbers do not repeat and fill every byte")
    func system() {
        var random = RandomSource.system
        var seen = Set<[UInt8]>()
        var combined = [UInt8](repeating: 0, count: 19)
        for _ in 0..<200 {
            let bytes = random.bytes(count: 19)
            seen.insert(bytes)
            for index in bytes.indices { combined[index] |= bytes[index] }
        }
        #expect(seen.count == 200)
        #expect(combined.allSatisfy { $0 == 0xff })
    }
}
