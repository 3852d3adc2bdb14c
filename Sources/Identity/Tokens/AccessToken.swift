// What an access token says (RFC 7519 as profiled by RFC 9068): who signed in, in which session, from when to when. It carries
// no role: what a user may do is looked up, so that a change holds at once.

package import Codec

package struct AccessToken: Equatable, Sendable {
    /// The user's id.
    package let subject: String
    package let session: String
    /// Seconds since 1970, all three.
    package let issuedAt: Int64
    package let notBefore: Int64
    package let expiresAt: Int64

    /// Two hours, as the design says.
    package static let lifetime: Int64 = 2 * 3600
    static let issuer = "weir"
    static let audience = "weir-api"

    package init(subject: String, session: String, issuedAt: Int64) {
        self.subject = subject
        self.session = session
        self.issuedAt = issuedAt
        notBefore = issuedAt
        expiresAt = issuedAt + Self.lifetime
    }
}

/// Why a token is refused. From outside only an expired one looks different.
package enum TokenFault: Error, Equatable, Sendable {
    case tooLong
    /// Not three parts of base64url.
    case malformed
    /// Its header is none that Weir writes: another algorithm, another key, another kind of token.
    case foreignHeader
    case badSignature
    /// Signed by Weir, and yet not the claims that Weir writes.
    case malformedClaims(CodecError?)
    case otherIssuer
    case otherAudience
    case notYetValid
    case expired
}

extension AccessToken {
    /// Clocks of hosts that share keys may differ by this much.
    static let clockSkew: Int64 = 60

    func check(at now: Int64) throws(TokenFault) {
        guard expiresAt > now else { throw .expired }
        guard notBefore <= now + Self.clockSkew, issuedAt <= now + Self.clockSkew else { throw .notYetValid }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("iss")
        writer.string(Self.issuer)
        writer.key("aud")
        writer.string(Self.audience)
        writer.key("sub")
        writer.string(subject)
        writer.key("sid")
        writer.string(session)
        writer.key("iat")
        writer.number(issuedAt)
        writer.key("nbf")
        writer.number(notBefore)
        writer.key("exp")
        writer.number(expiresAt)
        writer.endObject()
    }

    /// Exactly the claims that Weir writes, each once.
    init(parsing payload: Span<UInt8>) throws(TokenFault) {
        var claims = Claims()
        do throws(CodecError) {
            try claims.read(payload)
        } catch {
            throw .malformedClaims(error)
        }
        guard claims.isComplete, let subject = claims.subject, let session = claims.session,
            let issuedAt = claims.issuedAt, let notBefore = claims.notBefore, let expiresAt = claims.expiresAt
        else { throw .malformedClaims(nil) }
        guard claims.isOurs == true else { throw .otherIssuer }
        guard claims.isForUs == true else { throw .otherAudience }
        self.subject = subject
        self.session = session
        self.issuedAt = issuedAt
        self.notBefore = notBefore
        self.expiresAt = expiresAt
    }
}

private struct Claims {
    var isOurs: Bool?
    var isForUs: Bool?
    var subject: String?
    var session: String?
    var issuedAt: Int64?
    var notBefore: Int64?
    var expiresAt: Int64?
    /// Whether nothing occurred twice and nothing else occurred.
    var isComplete = true

    mutating func read(_ payload: Span<UInt8>) throws(CodecError) {
        var scanner = JSONScanner(payload, depthLimit: 1)
        guard try scanner.next() == .beginObject else {
            isComplete = false
            return
        }
        while case .key(let key) = try scanner.next() {
            let value = try scanner.next()
            if scanner.matches(key, "exp") {
                isComplete = Self.set(&expiresAt, to: integer(value, scanner)) && isComplete
            } else if scanner.matches(key, "nbf") {
                isComplete = Self.set(&notBefore, to: integer(value, scanner)) && isComplete
            } else if scanner.matches(key, "iat") {
                isComplete = Self.set(&issuedAt, to: integer(value, scanner)) && isComplete
            } else if scanner.matches(key, "sub") {
                isComplete = Self.set(&subject, to: string(value, scanner)) && isComplete
            } else if scanner.matches(key, "sid") {
                isComplete = Self.set(&session, to: string(value, scanner)) && isComplete
            } else if scanner.matches(key, "iss") {
                isComplete = Self.set(&isOurs, to: equals(value, AccessToken.issuer, scanner)) && isComplete
            } else if scanner.matches(key, "aud") {
                isComplete = Self.set(&isForUs, to: equals(value, AccessToken.audience, scanner)) && isComplete
            } else {
                isComplete = false
                return
            }
        }
        // Throws if something follows.
        _ = try scanner.next()
    }

    /// Whether it was not set before.
    private static func set<Value>(_ claim: inout Value?, to value: Value?) -> Bool {
        defer { claim = value }
        return claim == nil
    }

    private func integer(_ token: JSONScanner.Token, _ scanner: borrowing JSONScanner) -> Int64? {
        guard case .number(let range) = token else { return nil }
        return ASCII.decimal(scanner.source(range)).flatMap { (0...limit).contains($0) ? $0 : nil }
    }

    private func string(_ token: JSONScanner.Token, _ scanner: borrowing JSONScanner) -> String? {
        guard case .string(let text) = token else { return nil }
        return scanner.string(text)
    }

    private func equals(_ token: JSONScanner.Token, _ word: String, _ scanner: borrowing JSONScanner) -> Bool? {
        guard case .string(let text) = token else { return nil }
        return scanner.matches(text, word)
    }
}

/// The end of the year 9999: sums with it do not overflow.
private let limit: Int64 = 253_402_300_799
