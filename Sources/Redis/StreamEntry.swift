// Entries of Redis Streams and their ids.

/// Milliseconds and a sequence number, as Redis assigns them.
package struct StreamID: Comparable, Hashable, Sendable, CustomStringConvertible {
    package let milliseconds: UInt64
    package let sequence: UInt64

    package static let zero = StreamID(milliseconds: 0, sequence: 0)

    package init(milliseconds: UInt64, sequence: UInt64) {
        self.milliseconds = milliseconds
        self.sequence = sequence
    }

    package init?(_ text: String) { self.init(text.utf8.span) }

    /// Two numbers and a hyphen between them.
    init?(_ text: Span<UInt8>) {
        var numbers: (UInt64, UInt64) = (0, 0)
        var digits = 0
        var hyphens = 0
        for index in text.indices {
            let byte = text[index]
            if byte == UInt8(ascii: "-"), hyphens == 0, digits > 0 {
                hyphens = 1
                digits = 0
                numbers.0 = numbers.1
                numbers.1 = 0
                continue
            }
            guard (0x30...0x39).contains(byte) else { return nil }
            let (tens, isTooLarge) = numbers.1.multipliedReportingOverflow(by: 10)
            let (sum, isTooLargeNow) = tens.addingReportingOverflow(UInt64(byte - 0x30))
            guard !isTooLarge, !isTooLargeNow else { return nil }
            numbers.1 = sum
            digits += 1
        }
        guard hyphens == 1, digits > 0 else { return nil }
        self.init(milliseconds: numbers.0, sequence: numbers.1)
    }

    package static func < (left: StreamID, right: StreamID) -> Bool {
        (left.milliseconds, left.sequence) < (right.milliseconds, right.sequence)
    }

    package var description: String { "\(milliseconds)-\(sequence)" }
}

package struct StreamEntry: Sendable {
    package let id: StreamID
    /// Field names and values in the order they were added.
    package let fields: [(name: String, value: [UInt8])]

    package func value(_ name: String) -> [UInt8]? { fields.first { $0.name == name }?.value }

    /// Nil when the reply is not an entry. A deleted entry, which XREAD never shows, has null instead of fields.
    package init?(_ reply: RedisValue) {
        guard let parts = reply.array, parts.count == 2, let id = parts[0].bytes.flatMap({ StreamID($0.span) }),
            let flat = parts[1].array
        else { return nil }
        self.id = id
        fields = stride(from: 0, to: flat.count - 1, by: 2).map { (flat[$0].text ?? "", flat[$0 + 1].bytes ?? []) }
    }

    /// The reply of XREAD: entries by key; empty when the wait ended without any.
    package static func byKey(_ reply: RedisValue) throws(RedisError) -> [(key: String, entries: [StreamEntry])] {
        if reply == .null { return [] }
        guard let streams = reply.array else { throw .unexpectedReply(to: "XREAD") }
        var result: [(key: String, entries: [StreamEntry])] = []
        for stream in streams {
            guard let parts = stream.array, parts.count == 2, let key = parts[0].text, let entries = parts[1].array
            else {
                throw .unexpectedReply(to: "XREAD")
            }
            result.append((key, entries.compactMap(StreamEntry.init)))
        }
        return result
    }
}
