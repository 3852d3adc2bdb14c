// A sign-in and all that follows from it: one access token after the other, and a refresh token that is another after each use.
// It is the "family" of RFC 9700, section 4.14.2: whoever shows a refresh token that was used before ends all of it.

package import Codec
import Crypto
package import Records

package struct Session: Storable, Equatable {
    package static let kind = "session"
    /// Seven days without use, as the design says; milliseconds.
    package static let lifetime: Int64 = 7 * 86_400_000
    static let list = "by-expiry"

    package let id: String
    package let user: String
    /// Of the user's passwords.
    package let generation: Int64
    /// SHA-256 of the part of its refresh tokens that stays the same: who knows it had one of them.
    let familyHash: String
    /// SHA-256 of the part that changes.
    private(set) var secretHash: String
    package let startedAt: Int64
    /// Milliseconds since 1970.
    package private(set) var expiresAt: Int64

    init(id: String, user: String, generation: Int64, token: RefreshToken, at now: Int64) throws(CryptoError) {
        self.id = id
        self.user = user
        self.generation = generation
        familyHash = try token.familyHash()
        secretHash = try token.secretHash()
        startedAt = now
        expiresAt = now + Self.lifetime
    }

    mutating func renew(_ token: RefreshToken, at now: Int64) throws(CryptoError) {
        secretHash = try token.secretHash()
        expiresAt = now + Self.lifetime
    }

    // MARK: As a record

    package var uniqueNames: [RecordName] { [] }
    package var lists: [String] { [Self.list] }
    /// Its place in the list: what ends first is found first.
    package var createdAt: Int64 { expiresAt }

    package var document: JSONValue {
        [
            "id": .string(id), "user_id": .string(user), "generation": .number(JSONNumber(generation)),
            "family_hash": .string(familyHash), "secret_hash": .string(secretHash),
            "started_at": .number(JSONNumber(startedAt)), "expires_at": .number(JSONNumber(expiresAt)),
        ]
    }

    package init?(document: JSONValue) {
        guard let id = document["id"]?.string, let user = document["user_id"]?.string,
            let generation = document["generation"]?.integer, let familyHash = document["family_hash"]?.string,
            let secretHash = document["secret_hash"]?.string, let startedAt = document["started_at"]?.integer,
            let expiresAt = document["expires_at"]?.integer
        else { return nil }
        self.id = id
        self.user = user
        self.generation = generation
        self.familyHash = familyHash
        self.secretHash = secretHash
        self.startedAt = startedAt
        self.expiresAt = expiresAt
    }
}

/// `SESSION.FAMILY.SECRET`: the session's id, 16 bytes that all refresh tokens of the session share, 32 that are new each time.
/// Redis has hashes only. A text that anyone could make up (the id is in every access token) ends no session.
struct RefreshToken: Equatable, Sendable {
    let session: String
    let family: [UInt8]
    let secret: [UInt8]

    private static let options: Base64.Options = [.urlSafe, .unpadded]
    private static let familySize = 16
    private static let secretSize = 32

    init(session: String, family: [UInt8]? = nil, using random: inout RandomSource) {
        self.session = session
        self.family = family ?? random.bytes(count: Self.familySize)
        secret = random.bytes(count: Self.secretSize)
    }

    init?(_ text: String) {
        guard text.utf8.count <= 128 else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, RecordID.isValid(String(parts[0])) else { return nil }
        session = String(parts[0])
        guard let family = Self.decoded(parts[1]), family.count == Self.familySize,
            let secret = Self.decoded(parts[2]), secret.count == Self.secretSize
        else { return nil }
        self.family = family
        self.secret = secret
    }

    private static func decoded(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        do {
            try Base64.decode(Array(text.utf8).span, appendingTo: &bytes, options: options)
        } catch {
            return nil
        }
        return bytes
    }

    var text: String {
        var text = Array(session.utf8)
        for part in [family, secret] {
            text.append(UInt8(ascii: "."))
            Base64.encode(part.span, appendingTo: &text, options: Self.options)
        }
        return String(decoding: text, as: UTF8.self)
    }

    func familyHash() throws(CryptoError) -> String { try Self.hash(family) }
    func secretHash() throws(CryptoError) -> String { try Self.hash(secret) }

    private static func hash(_ bytes: [UInt8]) throws(CryptoError) -> String {
        var hash = try SHA256()
        return try hash.digest(bytes.span).description
    }
}
