// Members of the indexes: numbers of entries, as wide as one another, so that those of one millisecond sort by number too. With its
// score (the milliseconds) a member is the id of its entry in the stream.

enum AuditIndex {
    private static let width = 16

    static func member(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
