// Reads the whole log and says what is not as Weir wrote it. What a chain without a key can show: an entry that was edited, removed or
// put in, an end that was cut off while the head, or somebody's note of an earlier head, still knows of it. Who can write to Redis
// can also make up a new chain from some entry on, with its head; only a head that was kept elsewhere shows that.

import Codec
import Crypto
package import Redis

package struct AuditVerdict: Sendable {
    package enum Fault: Equatable, Sendable, CustomStringConvertible {
        /// Entries are missing between two numbers.
        case gap(after: UInt64, before: UInt64)
        /// The hash is not that of the entry and what came before it.
        case altered(number: UInt64)
        /// No entry of Weir's.
        case unreadable(id: StreamID)
        /// The log begins later than it should.
        case cutAtStart(expected: UInt64, found: UInt64)
        /// Entries were removed from the front and no entry tells that retention did it.
        case unexplainedStart(number: UInt64)
        /// The head knows of entries that are not there.
        case cutAtEnd(last: UInt64, head: UInt64)
        /// The last entry is not the one the head names.
        case anotherHead(number: UInt64)
        case unreadableHead
        /// An earlier head, as it was noted elsewhere, is not in this log.
        case notNoted(number: UInt64)

        package var description: String {
            switch self {
            case .gap(let after, let before) where after + 2 == before: "entry \(after + 1) is missing"
            case .gap(let after, let before): "entries \(after + 1) to \(before - 1) are missing"
            case .altered(let number): "entry \(number) is not as it was written, or the one before it is another"
            case .unreadable(let id): "what stands at \(id) is no entry"
            case .cutAtStart(let expected, let found): "the log begins with entry \(found) instead of \(expected)"
            case .unexplainedStart(let number):
                "entries up to \(number) are gone, and no `audit.trim` tells that the retention removed them"
            case .cutAtEnd(let last, let head): "the log ends with entry \(last), but the head is entry \(head)"
            case .anotherHead(let number): "the head, entry \(number), is not the last entry of the log"
            case .unreadableHead: "`\(AuditKeys.head)` or `\(AuditKeys.base)` is not what Weir wrote"
            case .notNoted(let number): "entry \(number) is not the one whose hash was given"
            }
        }
    }

    package fileprivate(set) var first: UInt64?
    /// The last entry.
    package fileprivate(set) var head = AuditHead.none
    /// So many at most: one cut can break everything behind it.
    package fileprivate(set) var faults: [Fault] = []
    package static let faultsMax = 20
}

package enum AuditVerification {
    private static let batch = 500

    /// - Parameter notes: earlier heads, as they were noted elsewhere.
    package static func run(redis: RedisClient, notes: [AuditHead] = []) async throws -> AuditVerdict {
        while true {
            // The head first: what is appended meanwhile does not matter.
            guard let head = try await place(AuditKeys.head, redis), let base = try await place(AuditKeys.base, redis)
            else { return AuditVerdict(faults: [.unreadableHead]) }
            var walk = try AuditWalk(base: base, notes: notes)
            var from = "-"
            while true {
                let reply = try await redis.send(
                    RedisCommand("XRANGE", AuditKeys.stream, from, "+", "COUNT", String(batch)))
                let entries = reply.array?.compactMap { StreamEntry($0) } ?? []
                for entry in entries { try walk.look(at: entry) }
                guard let last = entries.last, entries.count == batch else { break }
                from = "(\(last.id)"
            }
            let verdict = walk.finish(head: head, headNow: try await place(AuditKeys.head, redis) ?? .none)
            // Retention that went by meanwhile looks like a gap.
            if verdict.faults.isEmpty { return verdict }
            if try await place(AuditKeys.base, redis) == base { return verdict }
        }
    }

    private static func place(_ key: String, _ redis: RedisClient) async throws(RedisError) -> AuditHead? {
        AuditHead(try await redis.send(RedisCommand("GET", key)).text ?? "")
    }
}

/// Along the chain, from entry to entry.
private struct AuditWalk: ~Copyable {
    private var hasher: AuditHasher
    private var verdict = AuditVerdict()
    private let base: AuditHead
    /// The entry before the next one.
    private var former: AuditHead
    /// What the retention said of itself last.
    private var trimmedThrough: UInt64 = 0
    /// Heads that have not been met yet.
    private var notes: [AuditHead]

    init(base: AuditHead, notes: [AuditHead]) throws(CryptoError) {
        hasher = try AuditHasher()
        self.base = base
        former = base
        // What the retention removed cannot be compared any more.
        self.notes = notes.filter { $0.number > base.number || $0.number == base.number && $0 != base }
    }

    mutating func look(at stored: StreamEntry) throws(CryptoError) {
        let number = stored.id.sequence
        guard let hash = stored.value(AuditField.hash), let document = stored.value(AuditField.entry),
            let noted = Digest<32>(hexadecimal: Substring(decoding: hash, as: UTF8.self)),
            let entry = AuditEntry(document: document.span)
        else { return report(.unreadable(id: stored.id)) }
        let isFirst = verdict.first == nil
        if isFirst { verdict.first = number }
        if number != former.number + 1 {
            report(
                isFirst
                    ? .cutAtStart(expected: former.number + 1, found: number)
                    : .gap(after: former.number, before: number))
        } else if try hasher.hash(document.span, id: stored.id, after: former.hash) != noted {
            report(.altered(number: number))
        }
        former = AuditHead(id: stored.id, hash: noted)
        if entry.action == AuditRetention.action, let through = entry.after?["through"]?.integer {
            trimmedThrough = UInt64(clamping: through)
        }
        notes.removeAll { $0 == former }
    }

    /// - Parameters:
    ///   - head: as it was before the walk.
    ///   - headNow: as it is after it.
    consuming func finish(head: AuditHead, headNow: AuditHead) -> AuditVerdict {
        if former.number < head.number {
            report(.cutAtEnd(last: former.number, head: head.number))
        } else if former.number > headNow.number || former.number == headNow.number && former != headNow {
            report(.anotherHead(number: headNow.number))
        }
        if base.number > trimmedThrough { report(.unexplainedStart(number: base.number)) }
        for note in notes { report(.notNoted(number: note.number)) }
        verdict.head = former
        return verdict
    }

    private mutating func report(_ fault: AuditVerdict.Fault) {
        if verdict.faults.count < AuditVerdict.faultsMax { verdict.faults.append(fault) }
    }
}
