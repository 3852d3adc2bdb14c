// The keys that data keys are wrapped with. They come from a file or the environment and are never in Redis: who has only a
// copy of Redis has no secret.

import Codec
package import Crypto

package struct MasterKey: Sendable {
    /// Sixteen hexadecimal digits that follow from the key: envelopes name their key by it, and it betrays nothing.
    package let id: String
    let bytes: AES256GCM.Key

    package init(_ bytes: AES256GCM.Key) throws(CryptoError) {
        var hash = try SHA256()
        try hash.update("weir master key id".utf8.span)
        try hash.update(bytes.span)
        id = String(try hash.finish().description.prefix(16))
        self.bytes = bytes
    }

    package static func random(_ random: inout RandomSource) throws(CryptoError) -> MasterKey {
        try MasterKey(random.bytes())
    }

    /// As it is kept: base64.
    package var text: String {
        var text: [UInt8] = []
        Base64.encode(bytes.span, appendingTo: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

/// Shows the id only, wherever it is printed.
extension MasterKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "master key \(id)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// The key in use, and older ones while what they wrapped has not been wrapped anew.
package struct MasterKeyRing: Sendable {
    package let current: MasterKey
    package let previous: [MasterKey]

    package init(_ current: MasterKey, previous: [MasterKey] = []) {
        self.current = current
        self.previous = previous
    }

    /// Keys in base64 (32 bytes each, `openssl rand -base64 32`), the one in use first, with white space or commas between
    /// them; a line that begins with `#` is a comment.
    package init(parsing text: String) throws(VaultFault) {
        var keys: [MasterKey] = []
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            for word in line.split(whereSeparator: { $0.isWhitespace || $0 == "," }) {
                keys.append(try Self.key(word, number: keys.count + 1))
            }
        }
        guard let first = keys.first else { throw .noKey }
        self.init(first, previous: Array(keys.dropFirst()))
    }

    private static func key(_ word: Substring, number: Int) throws(VaultFault) -> MasterKey {
        var bytes: [UInt8] = []
        do {
            try Base64.decode(Array(word.utf8).span, appendingTo: &bytes)
        } catch {
            throw .malformedKey(number: number)
        }
        guard bytes.count == 32 else { throw .malformedKey(number: number) }
        do throws(CryptoError) {
            return try MasterKey(InlineArray { bytes[$0] })
        } catch {
            throw .crypto(error)
        }
    }

    package var all: [MasterKey] { [current] + previous }

    func key(_ id: some StringProtocol) -> MasterKey? { all.first { $0.id == id } }

    /// As a file holds it.
    package var text: String {
        "# Weir's master keys, the one in use first. Without them nothing that is sealed in Redis can be opened again.\n"
            + all.map { $0.text + "\n" }.joined()
    }
}
