// The chain: each entry's hash covers the one before it, so whoever removes or edits an entry must rewrite all that follow, and
// the head.
//
//     hash of n = SHA-256(hash of n-1, id of n, LF, document of n)        (32 bytes of zero before the first)

import Codec
package import Crypto
package import Redis

/// The end of the chain, or any place in it. Its text is what `audit:head` and `audit:base` hold, and what `weir audit verify`
/// prints and takes back.
package struct AuditHead: Equatable, Sendable {
    /// `<ms>-<number>`; entries are numbered from 1 without a gap.
    package let id: StreamID
    package let hash: Digest<32>

    package init(id: StreamID, hash: Digest<32>) {
        self.id = id
        self.hash = hash
    }

    /// Before the first entry.
    package static let none = AuditHead(id: .zero, hash: Digest(InlineArray(repeating: 0)))

    package var number: UInt64 { id.sequence }

    /// Empty before the first entry, as Redis has it.
    package var text: String { self == .none ? "" : "\(id) \(hash)" }

    package init?(_ text: String) {
        if text.isEmpty {
            self = .none
            return
        }
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let id = StreamID(String(parts[0])), let hash = Digest<32>(hexadecimal: parts[1]) else {
            return nil
        }
        self.init(id: id, hash: hash)
    }
}

/// An entry in its place, ready to be appended.
package struct AuditLink: Sendable {
    package let former: AuditHead
    package let head: AuditHead
    package let document: [UInt8]
    package let indexes: [String]
}

struct AuditHasher: ~Copyable {
    private var sha: SHA256

    init() throws(CryptoError) { sha = try SHA256() }

    mutating func hash(_ document: Span<UInt8>, id: StreamID, after former: Digest<32>) throws(CryptoError) -> Digest<
        32
    > {
        sha.restart()
        try sha.update(former.bytes.span)
        try sha.update((id.description + "\n").utf8.span)
        try sha.update(document)
        return try sha.finish()
    }
}

extension Digest where count == 32 {
    init?(hexadecimal text: Substring) {
        var decoded: [UInt8] = []
        guard text.utf8.count == 64, (try? Hex.decode(Array(text.utf8).span, appendingTo: &decoded)) != nil else {
            return nil
        }
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        for index in decoded.indices { bytes[index] = decoded[index] }
        self.init(bytes)
    }
}
