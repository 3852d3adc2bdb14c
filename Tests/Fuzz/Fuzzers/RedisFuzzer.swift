// Redis: hiredis behind our reader. Pieces change nothing, and a command reads back as the list of its arguments.

import Redis

extension Fuzzer {
    static let redis = Fuzzer(
        name: "redis", about: "replies in any pieces, commands read back", sizeMax: 512,
        words: [
            "\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n", "*2\r\n", "+OK\r\n", "-ERR ", ":1\r\n", "$3\r\n", "_\r\n", "#t\r\n",
            ",1.5\r\n",
        ],
        seeds: {
            [
                "+OK\r\n", "-FENCED lost\r\n", ":42\r\n", "$5\r\nhello\r\n", "$-1\r\n", "*-1\r\n", "$0\r\n\r\n",
                "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\ne\r\n$2\r\n{}\r\n",
            ].map { Array($0.utf8) }
        },
        check: { input in
            let whole = try replies(to: [input])
            for cut in input.cuts {
                let cutReplies = try replies(to: [Array(input[..<cut]), Array(input[cut...])])
                try require(cutReplies, equals: whole, "replies cut at \(cut)")
            }
            try checkCommand(input)
        })
}

private struct Replies: Equatable {
    var values: [RedisValue] = []
    var isBroken = false
}

private func replies(to pieces: [[UInt8]]) throws -> Replies {
    var replies = Replies()
    guard let reader = ReplyReader() else { return replies }
    do throws(RedisError) {
        for piece in pieces {
            try reader.feed(piece, count: piece.count)
            while let value = try reader.next() { replies.values.append(value) }
        }
    } catch {
        replies.isBroken = true
    }
    return replies
}

private func checkCommand(_ input: [UInt8]) throws {
    var command = RedisCommand("XADD")
    let arguments = input.split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
    for argument in arguments { command.append(argument) }
    var encoded: [UInt8] = []
    command.encode(into: &encoded)
    let expected = RedisValue.array(([Array("XADD".utf8)] + arguments).map { .bytes($0) })
    try require(replies(to: [encoded]).values, equals: [expected], "a command read back")
}
