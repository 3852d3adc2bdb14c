// What tenants, sources and webhooks may be called. Names become part of URLs, Redis keys and metric labels, so they are
// kept to characters that mean nothing in any of the three.

package enum ResourceName {
    /// Long enough for a sentence, short enough for a key that is written a million times a day.
    package static let byteCountMax = 64

    /// What is wrong with a name, or nil.
    package static func problem(in name: String) -> String? {
        guard (1...byteCountMax).contains(name.utf8.count) else { return "has 1 to \(byteCountMax) characters" }
        guard name.utf8.allSatisfy(isAllowed), name.utf8.first != UInt8(ascii: ".") else {
            return "has only letters, digits, `-`, `_` and `.` (not first), since it becomes part of URLs and keys"
        }
        return nil
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
