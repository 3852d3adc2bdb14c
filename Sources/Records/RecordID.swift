// Ids of records: UUID version 7 (RFC 9562), so that those made later sort later.

package enum RecordID {
    /// - Parameter milliseconds: since 1970.
    package static func make(at milliseconds: Int64, using random: inout some RandomNumberGenerator) -> String {
        let time = UInt64(clamping: milliseconds) & 0xffff_ffff_ffff
        let high = time << 16 | 0x7000 | random.next() & 0x0fff
        let low = 0x8000_0000_0000_0000 | random.next() >> 2
        let digits = hexadecimal(high) + hexadecimal(low)
        var text = ""
        text.reserveCapacity(36)
        for (index, digit) in digits.enumerated() {
            if hyphens.contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    /// Whether a text that came from outside has the form of an id, and so may become part of a key.
    package static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.count == 36 else { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "-"): [8, 13, 18, 23].contains(index)
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"):
                ![8, 13, 18, 23].contains(index)
            default: false
            }
        }
    }

    /// Before the digit of this index.
    private static let hyphens = [8, 12, 16, 20]

    private static func hexadecimal(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
