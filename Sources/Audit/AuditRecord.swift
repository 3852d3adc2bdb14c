// An entry as it stands in the log: with its place and its hash.

package import Events
package import Redis

package struct AuditRecord: Sendable {
    package let id: StreamID
    package let hash: String
    package let entry: AuditEntry

    /// Nil when it is no entry of ours; `weir audit verify` tells which those are.
    init?(_ stored: StreamEntry) {
        guard let document = stored.value(AuditField.entry), let hash = stored.value(AuditField.hash),
            let entry = AuditEntry(document: document.span)
        else { return nil }
        id = stored.id
        self.hash = String(decoding: hash, as: UTF8.self)
        self.entry = entry
    }

    package var time: Timestamp { Timestamp(milliseconds: Int64(clamping: id.milliseconds)) ?? .epoch }
    package var number: UInt64 { id.sequence }
}

/// The fields of an entry in the stream.
enum AuditField {
    static let entry = "entry"
    static let hash = "hash"
}
