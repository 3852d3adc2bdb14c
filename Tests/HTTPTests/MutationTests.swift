import TestBasics
import Testing

@testable import HTTP

/// Mutated requests: nothing traps, cuts change nothing, and the naive twin agrees on where each accepted request ends.
@Suite struct MutationTests {
    /// Pieces that matter to framing, thrown into good requests.
    static let pieces = [
        "\r\n", "\n", "\r", " ", "\t", "\0", ":", ",", ";", "%", "%41", "#", "?", "/", "chunked", "5", "0", "-1",
        "\u{7f}",
        "Content-Length: 5\r\n", "Content-Length: 6\r\n", "content-length:0\r\n", "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding:\tchunked\r\n", "Transfer-Encoding: x\r\n", "Host: b\r\n", "X: y\r\n", " folded\r\n",
        "\r\n\r\n",
        "HTTP/1.0", "HTTP/1.1", "http://b", "Connection: close\r\n", "Expect: 100-continue\r\n",
    ].map { Array($0.utf8) }

    static func mutate(_ sample: [UInt8], using random: inout SplitMix64) -> [UInt8] {
        var bytes = sample
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
            case 1: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: lineStart(bytes, place))
            case 2: if place < bytes.count { bytes[place] = UInt8.random(in: .min ... .max, using: &random) }
            case 3: if place < bytes.count { bytes.remove(at: place) }
            default:
                let length = min(Int.random(in: 1...12, using: &random), bytes.count - place)
                bytes.insert(contentsOf: bytes[place..<place + length], at: place)
            }
        }
        return bytes
    }

    /// Where the line after `place` starts, since most fields that fall into the middle of a line change nothing.
    static func lineStart(_ bytes: [UInt8], _ place: Int) -> Int {
        (bytes[place...].firstIndex(of: 10) ?? bytes.count - 1) + 1
    }

    @Test("a mutated request never traps, and whoever accepts it agrees on its framing")
    func requests() {
        var random = SplitMix64(seed: Seed.ofThisRun)
        var accepted = 0
        for _ in 0..<4000 {
            let sample = Array((Samples.accepted.randomElement(using: &random) ?? "").utf8)
            let bytes = Self.mutate(sample, using: &random)
            let whole = read(bytes)
            let cuts = (0..<2).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
            #expect(read(bytes, cuts: cuts) == whole, "\(Seed.note): \(bytes)")

            guard case .complete(let consumed) = whole.progress, let twin = NaiveTwin.read(bytes) else { continue }
            accepted += 1
            #expect(twin.headCount == consumed, "\(Seed.note): \(bytes)")
            #expect(twin.body == whole.body, "\(Seed.note): \(bytes)")
            #expect(twin.host == whole.authority, "\(Seed.note): \(bytes)")
        }
        // Fewer would mean that the mutations are too coarse to test anything.
        #expect(accepted > 200, "\(Seed.note)")
    }

    @Test("a mutated chunked body never traps, and the pieces it comes in change nothing")
    func chunks() {
        var random = SplitMix64(seed: Seed.ofThisRun)
        let sample = Array("5;a=\"b\"\r\nhello\r\n1\r\n\n\r\n0\r\nX-Sum: 1\r\n\r\n".utf8)
        let tests = ChunkedDecoderTests()
        for _ in 0..<4000 {
            let bytes = Self.mutate(sample, using: &random)
            let cuts = (0..<3).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
            #expect(tests.decode(bytes, cuts: cuts) == tests.decode(bytes), "\(Seed.note): \(bytes)")
        }
    }

    @Test("random bytes never trap any parser")
    func noise() {
        var random = SplitMix64(seed: Seed.ofThisRun)
        for _ in 0..<4000 {
            let alphabet = Array(" \t\r\n\0:/?%[]HTTP/1.1 200GETa0\u{ff}".utf8)
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            _ = read(bytes)
            _ = ChunkedDecoderTests().decode(bytes)
            _ = ResponseHeadTests().parse(bytes)
        }
    }
}
