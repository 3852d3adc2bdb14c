// Seals and opens the secrets in records: AES-256-GCM with a data key for each, which is wrapped by a master key. So a change of
// the master key wraps data keys anew and touches no secret, and no key ever seals more than a handful of texts.
//
// An envelope is a text of a record: `v1.KEY.WRAPPED.SEALED`, the id of the master key, then in base64url nonce, ciphertext and
// tag of the data key, and of the secret.

import Codec
package import Crypto

/// Belongs to one loop.
package final class Vault {
    package private(set) var ring: MasterKeyRing
    /// Reads the keys again, when an envelope names one that is not known: a rotation has begun elsewhere.
    private let reread: () -> MasterKeyRing?
    private var cipher: AES256GCM
    private var random: RandomSource

    private static let version = "v1"
    private static let options: Base64.Options = [.urlSafe, .unpadded]
    private static let nonceSize = 12

    package init(
        _ ring: MasterKeyRing, random: RandomSource, reread: @escaping () -> MasterKeyRing? = { nil }
    ) throws(CryptoError) {
        self.ring = ring
        self.random = random
        self.reread = reread
        cipher = try AES256GCM()
    }

    /// The keys as they are from now on.
    package func use(_ ring: MasterKeyRing) { self.ring = ring }

    /// The envelope of a secret that will be kept at `place`.
    package func seal(_ secret: Span<UInt8>, at place: SealedPlace) throws(CryptoError) -> String {
        let dataKey: AES256GCM.Key = random.bytes()
        return text(
            key: ring.current, wrapped: try wrap(dataKey, with: ring.current, place),
            sealed: try box(secret, dataKey, "\(place)"))
    }

    /// The secret.
    package func open(_ envelope: String, at place: SealedPlace) throws(VaultFault) -> [UInt8] {
        let parts = try Parts(envelope, place)
        let dataKey = try unwrap(parts, place)
        return try unbox(parts.sealed.span, dataKey, "\(place)", place)
    }

    /// The same secret with its data key under the current master key; nil if it is under that already. What it returns has
    /// been opened.
    package func rewrap(_ envelope: String, at place: SealedPlace) throws(VaultFault) -> String? {
        let parts = try Parts(envelope, place)
        let dataKey = try unwrap(parts, place)
        _ = try unbox(parts.sealed.span, dataKey, "\(place)", place)
        guard parts.keyID != ring.current.id else { return nil }
        do throws(CryptoError) {
            return text(
                key: ring.current, wrapped: try wrap(dataKey, with: ring.current, place), sealed: parts.sealed)
        } catch {
            throw .crypto(error)
        }
    }

    // MARK: Data keys

    /// The place of a data key is not that of its secret, so neither can stand for the other.
    private func wrap(
        _ dataKey: AES256GCM.Key, with key: MasterKey, _ place: SealedPlace
    ) throws(CryptoError) -> [UInt8] {
        try box(dataKey.span, key.bytes, "key of \(place)")
    }

    private func unwrap(_ parts: Parts, _ place: SealedPlace) throws(VaultFault) -> AES256GCM.Key {
        if ring.key(parts.keyID) == nil, let newer = reread(), newer.key(parts.keyID) != nil { ring = newer }
        guard let key = ring.key(parts.keyID) else { throw .keyMissing(id: String(parts.keyID), place: place) }
        let bytes = try unbox(parts.wrapped.span, key.bytes, "key of \(place)", place)
        guard bytes.count == 32 else { throw .malformed(place) }
        return InlineArray { bytes[$0] }
    }

    // MARK: Boxes: nonce, ciphertext, tag

    private func box(_ bytes: Span<UInt8>, _ key: AES256GCM.Key, _ purpose: String) throws(CryptoError) -> [UInt8] {
        let nonce: AES256GCM.Nonce = random.bytes()
        var box: [UInt8] = []
        box.append(copying: nonce.span)
        box += try cipher.seal(bytes, key: key, nonce: nonce, authenticating: purpose.utf8.span)
        return box
    }

    private func unbox(
        _ box: Span<UInt8>, _ key: AES256GCM.Key, _ purpose: String, _ place: SealedPlace
    ) throws(VaultFault) -> [UInt8] {
        guard box.count >= Self.nonceSize + AES256GCM.tagSize else { throw .malformed(place) }
        var nonce = AES256GCM.Nonce(repeating: 0)
        for index in 0..<Self.nonceSize { nonce[index] = box[index] }
        do throws(CryptoError) {
            return try cipher.open(
                box.extracting(Self.nonceSize...), key: key, nonce: nonce, authenticating: purpose.utf8.span)
        } catch .notAuthentic {
            throw .notAuthentic(place)
        } catch {
            throw .crypto(error)
        }
    }

    // MARK: Text

    private func text(key: MasterKey, wrapped: [UInt8], sealed: [UInt8]) -> String {
        var text = Array("\(Self.version).\(key.id).".utf8)
        Base64.encode(wrapped.span, appendingTo: &text, options: Self.options)
        text.append(UInt8(ascii: "."))
        Base64.encode(sealed.span, appendingTo: &text, options: Self.options)
        return String(decoding: text, as: UTF8.self)
    }

    private struct Parts {
        let keyID: Substring
        let wrapped: [UInt8]
        let sealed: [UInt8]

        init(_ envelope: String, _ place: SealedPlace) throws(VaultFault) {
            let parts = envelope.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 4, parts[0] == Vault.version else { throw .malformed(place) }
            keyID = parts[1]
            wrapped = try Self.decoded(parts[2], place)
            sealed = try Self.decoded(parts[3], place)
        }

        private static func decoded(_ text: Substring, _ place: SealedPlace) throws(VaultFault) -> [UInt8] {
            var bytes: [UInt8] = []
            do {
                try Base64.decode(Array(text.utf8).span, appendingTo: &bytes, options: Vault.options)
            } catch {
                throw .malformed(place)
            }
            return bytes
        }
    }
}
