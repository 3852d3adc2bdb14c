import Testing

@testable import Redis

@Suite struct ReplyReaderTests {
    private func replies(to text: String) throws -> [RedisValue] {
        let reader = try #require(ReplyReader())
        let bytes = Array(text.utf8)
        try reader.feed(bytes, count: bytes.count)
        var replies: [RedisValue] = []
        while let reply = try reader.next() { replies.append(reply) }
        return replies
    }

    @Test("an array that claims more elements than any reply has is refused before memory is taken for it")
    func claims() throws {
        for claim in ["*65537\r\n", "*333333330\r\n*0\r\n", "*1\r\n*2147483647\r\n", "*2147483648\r\n"] {
            #expect(throws: RedisError.self, "\(claim)") { try replies(to: claim) }
        }
    }

    @Test("an array as large as allowed is read, and each reader stands alone")
    func largest() throws {
        let elements = String(repeating: ":7\r\n", count: 65_536)
        #expect(
            try replies(to: "*65536\r\n\(elements)+OK\r\n") == [
                .array(Array(repeating: .integer(7), count: 65_536)), .status("OK"),
            ])
        #expect(try replies(to: "*65536\r\n") == [])
    }
}
