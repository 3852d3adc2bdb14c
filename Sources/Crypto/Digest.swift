// The result of a hash or a MAC: as many bytes as its type says, held in place (no allocation).

package struct Digest<let count: Int>: Sendable {
    package var bytes: InlineArray<count, UInt8>

    package init(_ bytes: InlineArray<count, UInt8>) {
        self.bytes = bytes
    }
}

extension Digest: Hashable {
    /// For keys and tests. What an attacker may guess at is compared with `constantTimeEqual`.
    package static func == (left: Self, right: Self) -> Bool {
        for index in 0..<count where left.bytes[index] != right.bytes[index] { return false }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        for index in 0..<count { hasher.combine(bytes[index]) }
    }
}

extension Digest: CustomStringConvertible {
    /// Lower-case hexadecimal, for messages and tests.
    package var description: String {
        var text = ""
        text.reserveCapacity(2 * count)
        for index in 0..<count {
            text += bytes[index] < 16 ? "0" : ""
            text += String(bytes[index], radix: 16)
        }
        return text
    }
}
