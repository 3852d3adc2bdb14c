// Where an input is cut in two, as a network would. The places follow from the input itself, so that a find replays.

import TestBasics

extension [UInt8] {
    /// All places of a short input, some of a long one.
    var cuts: [Int] {
        if count <= 24 { return [Int](0...count) }
        var random = choices
        return (0..<4).map { _ in random.below(count + 1) }
    }

    /// Random choices that are the same for the same input.
    var choices: SplitMix64 {
        // FNV-1a
        SplitMix64(seed: reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
    }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
