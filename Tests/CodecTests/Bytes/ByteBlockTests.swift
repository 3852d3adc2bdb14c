import Codec
import TestBasics
import Testing

@Suite struct ByteBlockTests {
    @Test("the first byte asked about is found in texts of every length, from every start, and none where none is")
    func firstIndex() {
        var random = SplitMix64(seed: Seed.ofThisRun)
        for length in 0..<70 {
            for start in 0...length {
                let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.below(4) == 0 ? 0x3C : 0x61) }
                let expected = bytes[start...].firstIndex(of: 0x3C) ?? length
                #expect(bytes.span.firstIndex(from: start) { $0.equals(0x3C) } == expected, "\(Seed.note)")
            }
        }
    }

    @Test("every byte is told apart by each question, whatever stands beside it", arguments: [0, 7, 8, 15])
    func questions(place: Int) {
        for byte in UInt8.min ... .max {
            var bytes = [UInt8](repeating: 0x61, count: 16)
            bytes[place] = byte
            let span = bytes.span
            #expect((span.firstIndex(from: 0) { $0.isBelow(0x20) } == place) == (byte < 0x20))
            #expect((span.firstIndex(from: 0) { $0.isNotASCII } == place) == (byte >= 0x80))
            #expect((span.firstIndex(from: 0) { $0.equals(0x22) } == place) == (byte == 0x22))
        }
    }
}
