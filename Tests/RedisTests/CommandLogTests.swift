// How much of a log of commands is whole, wherever it was cut.

import TestBasics
import Testing

@testable import Redis

@Suite struct CommandLogTests {
    private static func command(_ words: String...) -> [UInt8] {
        Array("*\(words.count)\r\n".utf8) + words.flatMap { Array("$\($0.utf8.count)\r\n\($0)\r\n".utf8) }
    }

    /// The pieces between which a cut loses nothing that was replied to.
    private static let pieces: [[UInt8]] = [
        command("SELECT", "0"),
        command("MULTI") + command("SET", "a", "1") + command("XADD", "s", "*", "f", "*1\r\n$4\r\nEXEC\r\n")
            + command("EXEC"),
        command("PING"),
        command("SET", "MULTI", ""),
        command("multi") + command("DEL", "a") + command("exec"),
    ]

    private func wholeCount(_ bytes: [UInt8], piece: Int) -> (Int, isMalformed: Bool) {
        var log = CommandLog()
        for start in stride(from: 0, to: bytes.count, by: piece) {
            log.feed(bytes.span.extracting(start..<min(start + piece, bytes.count)))
        }
        return (log.wholeCount, log.isMalformed)
    }

    @Test(
        "a log that is cut anywhere is whole up to the last command or transaction that is", arguments: [1, 2, 7, 1000])
    func everyCut(piece: Int) {
        let whole = Array(Self.pieces.joined())
        let ends = Self.pieces.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        for cut in 0...whole.count {
            let (count, isMalformed) = wholeCount(Array(whole[..<cut]), piece: piece)
            #expect(count == ends.last { $0 <= cut } && !isMalformed, "cut at \(cut)")
        }
    }

    @Test(
        "what no cut explains is not touched",
        arguments: [
            "REDIS0010", "*x\r\n", "*1\n", "*0\r\n", "$1\r\na\r\n", "*1\r\n*1\r\n", "*99999999999999999999\r\n",
            "*1\r\n$5\r\nMULTI\r\n*1\r\n$5\r\nMULTI\r\n",
        ])
    func malformed(text: String) {
        #expect(wholeCount(Self.pieces[0] + Array(text.utf8), piece: 3) == (Self.pieces[0].count, true))
    }
}
