// Where random bytes come from: ids, nonces, the 16 bytes in front of an encrypted reply. It is a value that is passed in,
// so a test or a simulation run repeats exactly under its seed.

package struct RandomSource: RandomNumberGenerator, Sendable {
    private enum Origin: Sendable {
        case system
        case seeded(state: UInt64)
    }

    private var origin: Origin

    /// The kernel's generator (getrandom), fit for keys; it blocks at boot rather than fail.
    package static var system: RandomSource { RandomSource(origin: .system) }

    /// SplitMix64: the same numbers for the same seed, for tests and simulation only; anyone can predict it.
    package static func seeded(_ seed: UInt64) -> RandomSource {
        RandomSource(origin: .seeded(state: seed))
    }

    package mutating func next() -> UInt64 {
        switch origin {
        case .system:
            var system = SystemRandomNumberGenerator()
            return system.next()
        case .seeded(var state):
            state &+= 0x9E37_79B9_7F4A_7C15  // wraps by design: the golden ratio's odd step visits all 2^64 states
            origin = .seeded(state: state)
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// `count` random bytes held in place.
    package mutating func bytes<let count: Int>() -> InlineArray<count, UInt8> {
        var word: UInt64 = 0
        var bytes = InlineArray<count, UInt8>(repeating: 0)
        for index in 0..<count {
            if index % 8 == 0 { word = next() }
            bytes[index] = UInt8(truncatingIfNeeded: word)
            word >>= 8
        }
        return bytes
    }

    /// `count` random bytes as an array, for what is as long as someone asks.
    package mutating func bytes(count: Int) -> [UInt8] {
        var word: UInt64 = 0
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for index in 0..<count {
            if index % 8 == 0 { word = next() }
            bytes.append(UInt8(truncatingIfNeeded: word))
            word >>= 8
        }
        return bytes
    }
}
