// Damage as it happens: bytes flipped, lost, doubled, swapped in from elsewhere, the end cut off.

import TestBasics

extension SplitMix64 {
    /// One to four changes. New bytes are mostly those that mean something to the parser under test.
    mutating func mutated(_ sample: [UInt8], with telling: [UInt8]) -> [UInt8] {
        var bytes = sample
        for _ in 0...below(4) {
            guard !bytes.isEmpty else { return bytes }
            let index = below(bytes.count)
            let byte = below(4) == 0 ? UInt8.random(in: 0...255, using: &self) : telling[below(telling.count)]
            switch below(6) {
            case 0: bytes[index] = byte
            case 1: bytes.insert(byte, at: index)
            case 2: bytes.remove(at: index)
            case 3: bytes.removeSubrange(index..<min(bytes.count, index + below(8)))
            case 4: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + below(16))], at: below(bytes.count))
            default: bytes.removeSubrange((bytes.count - below(bytes.count))...)
            }
        }
        return bytes
    }
}
