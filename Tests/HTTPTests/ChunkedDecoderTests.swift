import TestBasics
import Testing

@testable import HTTP

@Suite struct ChunkedDecoderTests {
    struct Decoded: Equatable {
        var progress: ChunkedDecoder.Progress
        var body: String
    }

    /// Decodes the sample in pieces that end at `cuts`; the count of a complete body is from the start of the sample.
    func decode(_ bytes: [UInt8], cuts: [Int] = [], limits: HTTPLimits = HTTPLimits()) -> Decoded {
        var decoder = ChunkedDecoder(limits: limits)
        var body: [UInt8] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            let progress = decoder.decode(bytes.span.extracting(start..<cut), appendingTo: &body)
            let text = String(decoding: body, as: UTF8.self)
            switch progress {
            case .complete(let consumed): return Decoded(progress: .complete(consumed: start + consumed), body: text)
            case .malformed: return Decoded(progress: progress, body: text)
            case .incomplete: start = cut
            }
        }
        return Decoded(progress: .incomplete, body: String(decoding: body, as: UTF8.self))
    }

    @Test(
        "a chunked body is taken apart, however it is cut",
        arguments: [
            ("0\r\n\r\n", ""),
            ("5\r\nhello\r\n0\r\n\r\n", "hello"),
            ("5\r\nhello\r\n6\r\n world\r\n000\r\n\r\n", "hello world"),
            ("00A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
            ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
            ("1;a;b=c;d=\"e;\\\"f\"\r\nx\r\n0;last\r\n\r\n", "x"),
            ("1\r\nx\r\n0\r\nX-Sum: 1\r\nX-Two:\r\n\r\n", "x"),
        ])
    func decodes(sample: String, body: String) {
        let bytes = Array(sample.utf8)
        let expected = Decoded(progress: .complete(consumed: bytes.count), body: body)
        #expect(decode(bytes) == expected)
        #expect(decode(bytes + Array("GET / HTTP/1.1".utf8)) == expected)
        #expect(decode(bytes, cuts: Array(bytes.indices)) == expected)
        for cut in bytes.indices {
            #expect(decode(Array(bytes[..<cut])).progress == .incomplete)
            #expect(decode(bytes, cuts: [cut]) == expected)
        }
    }

    static let refused: [Refusal] = [
        Refusal("no size", "\r\nx", .malformedChunkSize),
        Refusal("a size that is not hexadecimal", "g\r\nx", .malformedChunkSize),
        Refusal("a negative size", "-1\r\nx", .malformedChunkSize),
        Refusal("a size with 0x", "0x1\r\nx\r\n", .malformedChunkSize),
        Refusal("a space before the size", " 1\r\nx", .malformedChunkSize),
        Refusal("a space behind the size", "1 \r\nx", .malformedChunkSize),
        Refusal("a size of sixteen digits", "0000000000000001\r\nx", .malformedChunkSize),
        Refusal("a size over 64 bits", "fffffffffffffffff\r\nx", .malformedChunkSize),
        Refusal("a size over the limit", "200001\r\nx", .contentTooLarge),
        Refusal("the largest size that can be written", "fffffffffffffff\r\nx", .contentTooLarge),
        Refusal("chunks that are over the limit together", "2\r\nab\r\n1fffff\r\nx", .contentTooLarge),
        Refusal("a bare LF behind the size", "1\nx\r\n0\r\n\r\n", .bareLineFeed),
        Refusal("a bare CR behind the size", "1\rx\r\n", .bareCarriageReturn),
        Refusal("a bare LF behind the payload", "1\r\nx\n0\r\n\r\n", .bareLineFeed),
        Refusal("a bare LF at the end", "0\r\n\n", .bareLineFeed),
        Refusal("payload longer than its size", "1\r\nxyz\r\n", .unterminatedChunk),
        Refusal("payload longer by one byte", "1\r\nxy\r\n", .unterminatedChunk),
        Refusal("a CR that is not the end of the payload", "1\r\nx\rz\r\n", .bareCarriageReturn),
        Refusal("an extension without a name", "1;\r\nx", .malformedChunkExtension),
        Refusal("an extension without a value", "1;a=\r\nx", .malformedChunkExtension),
        Refusal("an extension with an open quotation", "1;a=\"b\r\nx", .malformedChunkExtension),
        Refusal("an extension that ends in a backslash", "1;a=\"b\\\r\nx", .malformedChunkExtension),
        Refusal("NUL in an extension", "1;a=\"\0\"\r\nx", .controlByte),
        Refusal("text behind a quotation", "1;a=\"b\"c\r\nx", .malformedChunkSize),
        Refusal("a size line over the limit", "1;" + String(repeating: "a", count: 300), .chunkLineTooLong),
        Refusal("a trailer without a colon", "0\r\nX\r\n\r\n", .missingColon),
        Refusal("a trailer with a space before the colon", "0\r\nX : y\r\n\r\n", .whitespaceInFieldName),
        Refusal("a folded trailer", "0\r\nX: y\r\n z\r\n\r\n", .foldedField),
        Refusal("a request behind a body that is not ended", "0\r\nGET / HTTP/1.1\r\n\r\n", .whitespaceInFieldName),
        Refusal("a length in the trailer", "0\r\nContent-Length: 1\r\n\r\n", .forbiddenTrailer),
        Refusal("a host in the trailer", "0\r\nhost: a\r\n\r\n", .forbiddenTrailer),
        Refusal("a trailer over the limit", "0\r\nX: " + String(repeating: "a", count: 5000), .trailerTooLarge),
        Refusal("many trailers over the limit", "0\r\n" + Samples.repeated("X: y", 1000) + "\r\n", .trailerTooLarge),
        Refusal("a body sent byte by byte", String(repeating: "1\r\nx\r\n", count: 5000), .excessiveChunkFraming),
    ]

    @Test("every refusal names its offence and stays the same wherever the bytes are cut", arguments: refused)
    func refuses(_ refusal: Refusal) {
        let bytes = Array(refusal.request.utf8)
        let whole = decode(bytes)
        #expect(whole.progress == .malformed(refusal.fault))
        #expect(decode(bytes, cuts: Array(bytes.indices)) == whole)
    }

    @Test("framing is bounded against payload, so that large chunks pass however long the body")
    func framingBudget() {
        let chunk = "40\r\n" + String(repeating: "x", count: 64) + "\r\n"
        let sample = Array((String(repeating: chunk, count: 20_000) + "0\r\n\r\n").utf8)
        #expect(decode(sample).progress == .complete(consumed: sample.count))
    }

    @Test("a verdict stands and takes nothing more")
    func verdictStands() {
        var decoder = ChunkedDecoder(limits: HTTPLimits())
        var body: [UInt8] = []
        let end = Array("0\r\n\r\n".utf8)
        #expect(decoder.decode(end.span, appendingTo: &body) == .complete(consumed: 5))
        #expect(decoder.decode(end.span, appendingTo: &body) == .complete(consumed: 0))
        decoder = ChunkedDecoder(limits: HTTPLimits())
        #expect(decoder.decode(Array("x\r\n".utf8).span, appendingTo: &body) == .malformed(.malformedChunkSize))
        #expect(decoder.decode(end.span, appendingTo: &body) == .malformed(.malformedChunkSize))
        #expect(body.isEmpty)
    }

    @Test("random chunks in random pieces give the body that was sent")
    func roundTrip() {
        var random = SplitMix64(seed: Seed.ofThisRun)
        for _ in 0..<200 {
            var body: [UInt8] = []
            var sample: [UInt8] = []
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                let chunk = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                    UInt8.random(in: 0x20...0x7E, using: &random)
                }
                body += chunk
                sample += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
            }
            sample += Array("0\r\n\r\n".utf8)
            let cuts = (0..<4).map { _ in Int.random(in: 0..<sample.count, using: &random) }.sorted()
            let expected = Decoded(
                progress: .complete(consumed: sample.count), body: String(decoding: body, as: UTF8.self))
            #expect(decode(sample, cuts: cuts) == expected, "\(Seed.note)")
        }
    }
}
