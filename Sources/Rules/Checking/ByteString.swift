// Bytes as a key of a table. Two texts of the same characters in other bytes are two values here, as they are for the matcher, so a
// String is no such key; and an array feeds its bytes to the hasher one by one, which costs more than all else in a lookup.

struct ByteString: Hashable, Sendable {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func hash(into hasher: inout Hasher) {
        var word: UInt64 = 0
        for index in bytes.indices {
            word = word << 8 | UInt64(bytes[index])
            if index & 7 == 7 {
                hasher.combine(word)
                word = 0
            }
        }
        hasher.combine(word)
        hasher.combine(bytes.count)
    }
}
