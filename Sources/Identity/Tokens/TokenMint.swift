// Issues access tokens and verifies them: HMAC-SHA256 (HS256 of RFC 7518) and nothing else, whatever a token claims.

import Codec
package import Crypto
import Telemetry

/// Belongs to one loop; keeps its buffers from one token to the next.
package final class TokenMint {
    /// Ours have some 400 bytes.
    package static let bytesMax = 1024
    /// A SHA-256 in base64url.
    private static let signatureCount = 43
    private static let options: Base64.Options = [.urlSafe, .unpadded]

    private final class Stamp {
        let key: SigningKey
        var hmac: HMACSHA256

        init(_ key: SigningKey) throws(CryptoError) {
            self.key = key
            hmac = try HMACSHA256(key: key.secret.revealed.span)
        }
    }

    private var stamps: [Stamp] = []
    private var verified = VerifiedTokens()
    private var payload: [UInt8] = []
    private var signature: [UInt8] = []

    package init() {}

    /// The keys that verify; the one that signs is the newest that may. Others are forgotten.
    package func use(_ keys: [SigningKey]) throws(CryptoError) {
        var stamps: [Stamp] = []
        for key in keys.sorted(by: { $0.signsFrom > $1.signsFrom }) { stamps.append(try Stamp(key)) }
        self.stamps = stamps
        verified.removeAll()
    }

    package var keyIDs: [String] { stamps.map(\.key.id) }

    /// nil: there is no key yet.
    package func issue(_ token: AccessToken) throws(CryptoError) -> String? {
        // Whoever has only a key that signs later is the first one and need not wait.
        guard let stamp = stamps.first(where: { $0.key.signsFrom <= token.issuedAt * 1000 }) ?? stamps.last else {
            return nil
        }
        var json = JSONWriter()
        token.write(to: &json)
        var text = stamp.key.header
        text.append(UInt8(ascii: "."))
        Base64.encode(json.bytes.span, appendingTo: &text, options: Self.options)
        let code = try stamp.hmac.authenticate(text.span)
        text.append(UInt8(ascii: "."))
        Base64.encode(code.bytes.span, appendingTo: &text, options: Self.options)
        return String(decoding: text, as: UTF8.self)
    }

    /// - Parameter now: seconds since 1970.
    package func verify(_ token: Span<UInt8>, at now: Int64) throws(TokenFault) -> AccessToken {
        guard token.count <= Self.bytesMax else { throw .tooLong }
        if let claims = verified.claims(of: token) {
            try claims.check(at: now)
            return claims
        }
        let body = token.count - Self.signatureCount - 1
        guard body > 0, token[body] == UInt8(ascii: ".") else { throw .malformed }
        guard let stamp = stamp(of: token) else { throw .foreignHeader }
        let start = stamp.key.header.count + 1
        guard start < body else { throw .malformed }

        var (signature, payload): ([UInt8], [UInt8]) = ([], [])
        swap(&signature, &self.signature)
        swap(&payload, &self.payload)
        defer {
            swap(&signature, &self.signature)
            swap(&payload, &self.payload)
        }
        signature.removeAll(keepingCapacity: true)
        payload.removeAll(keepingCapacity: true)
        do throws(CodecError) {
            try Base64.decode(token.extracting((body + 1)...), appendingTo: &signature, options: Self.options)
        } catch {
            throw .malformed
        }
        guard let code = try? stamp.hmac.authenticate(token.extracting(..<body)),
            constantTimeEqual(code.bytes.span, signature.span)
        else { throw .badSignature }
        do throws(CodecError) {
            try Base64.decode(token.extracting(start..<body), appendingTo: &payload, options: Self.options)
        } catch {
            throw .malformed
        }
        let claims = try AccessToken(parsing: payload.span)
        try claims.check(at: now)
        verified.insert(token, claims)
        return claims
    }

    /// The key whose header opens the token.
    private func stamp(of token: Span<UInt8>) -> Stamp? {
        for stamp in stamps {
            let header = stamp.key.header
            guard token.count > header.count, token[header.count] == UInt8(ascii: ".") else { continue }
            if ASCII.equal(token.extracting(..<header.count), header.span) { return stamp }
        }
        return nil
    }
}
