// What arrives at the stand-in for Redis: bytes in, commands out. RESP as clients write it: arrays of bulk strings.

struct RedisRequests {
    private var bytes: Bytes = []
    private var place = 0

    mutating func feed(_ more: Bytes) {
        bytes.removeFirst(place)
        place = 0
        bytes += more
    }

    /// The next whole command, if there is one. Nil also for what is no RESP, which no client of ours sends.
    mutating func next() -> [Bytes]? {
        let start = place
        guard let count = header(UInt8(ascii: "*")) else {
            place = start
            return nil
        }
        var words: [Bytes] = []
        words.reserveCapacity(count)
        for _ in 0..<count {
            guard let length = header(UInt8(ascii: "$")), place + length + 2 <= bytes.count else {
                place = start
                return nil
            }
            words.append(Array(bytes[place..<place + length]))
            place += length + 2
        }
        return words
    }

    /// The number behind `kind`, if its line is whole.
    private mutating func header(_ kind: UInt8) -> Int? {
        guard place < bytes.count, bytes[place] == kind else { return nil }
        var number = 0
        var index = place + 1
        while index + 1 < bytes.count {
            if bytes[index] == 13 {
                place = index + 2
                return number
            }
            number = number * 10 + Int(bytes[index]) - 48
            index += 1
        }
        return nil
    }
}
