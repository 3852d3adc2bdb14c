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

    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = UInt64(parts[0]), let sequence = UInt64(parts[1]) else { return nil }
        self.init(milliseconds: milliseconds, sequence: sequence)
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
        guard let parts = reply.array, parts.count == 2, let id = parts[0].text.flatMap({ StreamID($0) }),
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
