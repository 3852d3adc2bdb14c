// Appends to the audit log. Several processes do so at once and the chain does not fork: an entry is hashed onto the head that its
// writer knows, and the script refuses it if the head is another by now; then it is hashed anew.

package import Crypto
import Loop
package import Redis

/// Belongs to one loop.
package final class AuditLog {
    package let redis: RedisClient
    private var hasher: AuditHasher
    /// The end of the chain as far as this writer knows.
    private var known = AuditHead.none
    /// One entry of this writer is under way; the others wait here, in order, since each is hashed onto the one before.
    private var isUnderWay = false
    private var waiting: [Gate] = []

    package init(redis: RedisClient) throws(CryptoError) {
        self.redis = redis
        hasher = try AuditHasher()
    }

    /// Returns once the entry is on disk.
    package func append(_ entry: AuditEntry) async throws(RedisError) {
        _ = try await chained(entry) { (link) async throws(RedisError) in
            try await redis.run(Self.script, keys: AuditScript.keys([], link)) {
                AuditScript.append(link, to: &$0, keysBefore: 0)
            }
        }
    }

    /// Lets a larger step (the change of a record) append the entry within its own script, which begins with `AuditScript.check`
    /// and has `AuditScript.append` among its writes.
    /// - Parameter step: is called again for as long as others are faster.
    /// - Returns: the script's reply; the entry was appended if it begins with `OK`.
    package func chained(
        _ entry: AuditEntry, _ step: (AuditLink) async throws(RedisError) -> RedisValue
    ) async throws(RedisError) -> RedisValue {
        await begin()
        defer { end() }
        let document = entry.document
        let indexes = entry.indexes
        while true {
            let link = try link(document, indexes)
            let reply = try await step(link)
            guard let words = reply.array, let verdict = words.first?.text else {
                throw .unexpectedReply(to: "audit")
            }
            switch verdict {
            case "HEAD":
                // Progress is certain: the head moved because another entry was appended.
                guard words.count == 2, let text = words[1].text, let head = AuditHead(text) else {
                    throw .unexpectedReply(to: "audit")
                }
                known = head
            case "OK":
                known = link.head
                return reply
            default: return reply
            }
        }
    }

    private func link(_ document: [UInt8], _ indexes: [String]) throws(RedisError) -> AuditLink {
        // Clocks of processes differ; the log's time never goes back.
        let milliseconds = max(UInt64(max(0, redis.loop.wallMilliseconds)), known.id.milliseconds)
        let id = StreamID(milliseconds: milliseconds, sequence: known.number + 1)
        do {
            let hash = try hasher.hash(document.span, id: id, after: known.hash)
            return AuditLink(
                former: known, head: AuditHead(id: id, hash: hash), document: document, indexes: indexes)
        } catch {
            // OpenSSL is out of memory: nothing was sent, and nothing may happen without its entry.
            throw .unavailable("\(error)")
        }
    }

    private func begin() async {
        guard isUnderWay else {
            isUnderWay = true
            return
        }
        let gate = Gate()
        waiting.append(gate)
        _ = await gate.wait()
    }

    private func end() {
        guard !waiting.isEmpty else {
            isUnderWay = false
            return
        }
        waiting.removeFirst().open()
    }

    private static let script = RedisScript(
        "audit", AuditScript.check + AuditScript.append + "return {'OK'}")
}

/// The parts of every script that appends an entry. KEYS: head, stream, keys of the script's own, indexes. ARGV: the former head,
/// the new one, id, ms, number, document, hash, how many keys stand before the indexes; then arguments of the script's own.
package enum AuditScript {
    /// Without an entry the new head is empty.
    package static let check = """
        local audited = ARGV[2] ~= ''
        if audited then
          local head = redis.call('GET', KEYS[1]) or ''
          if head ~= ARGV[1] then return {'HEAD', head} end
        end

        """

    package static let append = """
        if audited then
          redis.call('XADD', KEYS[2], ARGV[3], 'entry', ARGV[6], 'hash', ARGV[7])
          redis.call('SET', KEYS[1], ARGV[2])
          for i = ARGV[8] + 1, #KEYS do redis.call('ZADD', KEYS[i], ARGV[4], ARGV[5]) end
        end

        """

    /// The script's own arguments begin behind these.
    package static let argumentCount = 8

    package static func keys(_ own: [String], _ link: AuditLink?) -> [String] {
        [AuditKeys.head, AuditKeys.stream] + own + (link?.indexes ?? [])
    }

    /// - Parameter count: how many keys the script has of its own.
    package static func append(_ link: AuditLink?, to command: inout RedisCommand, keysBefore count: Int) {
        guard let link else {
            for _ in 0..<argumentCount { command.append("") }
            return
        }
        command.append(link.former.text)
        command.append(link.head.text)
        command.append(link.head.id.description)
        command.append(String(link.head.id.milliseconds))
        command.append(AuditIndex.member(link.head.number))
        command.append(link.document)
        command.append(link.head.hash.description)
        command.append(String(count + 2))
    }
}
