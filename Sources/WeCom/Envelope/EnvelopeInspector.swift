// The troubleshooter behind `weir envelope open`: takes one callback apart offline, stage by stage, and says which setting
// is wrong. Unlike the way in it goes on after a wrong signature, because whether the key fits tells the token's story.

import Codec
package import Crypto

package enum EnvelopeInspector {
    /// As typed by a person, or as copied from a log.
    package struct Parameters: Sendable {
        package var token: String
        package var key: String
        /// `nil`: any receiveid will do, it is only shown.
        package var receiveIDs: ReceiveIDs?
        /// Without a signature (or the two values it covers) that stage is left out.
        package var signature: String?
        package var timestamp: String?
        package var nonce: String?

        package init(
            token: String, key: String, receiveIDs: ReceiveIDs? = nil, signature: String? = nil,
            timestamp: String? = nil, nonce: String? = nil
        ) {
            self.token = token
            self.key = key
            self.receiveIDs = receiveIDs
            self.signature = signature
            self.timestamp = timestamp
            self.nonce = nonce
        }
    }

    /// `body` is the body of a callback (XML or JSON), or the echostr of a URL verification, percent-encoded or not.
    package static func open(_ body: [UInt8], _ parameters: Parameters) throws(CryptoError) -> Inspection {
        var inspection = Inspection()
        var cipher = try EnvelopeCipher()

        var key: EncodingAESKey?
        do throws(EnvelopeFault) {
            key = try EncodingAESKey(parameters.key)
            inspection.pass(.key, "43 characters")
        } catch {
            inspection.fail(.key, error)
        }

        let envelope: EnvelopeBody
        do throws(EnvelopeFault) {
            envelope = try EnvelopeBody(pasted: body)
            inspection.pass(.body, "\(envelope.format.rawValue), Encrypt has \(envelope.encrypt.count) characters")
        } catch {
            inspection.fail(.body, error)
            return inspection
        }

        let isSigned = try checkSignature(envelope, parameters, &cipher, &inspection)
        guard let key else { return inspection }
        open(envelope, key, parameters.receiveIDs ?? .any, &cipher, &inspection)
        if isSigned == false {
            inspection.hint(
                .signature,
                inspection.opened == nil
                    ? "the key does not open it either: token and key are probably those of another callback URL"
                    : "the key opens it: the key is right, so the token, the timestamp or the nonce is not")
        }
        return inspection
    }

    /// The inverse: an envelope as WeCom would send it.
    package static func seal(
        _ message: [UInt8], token: String, key: String, receiveID: String, timestamp: Int64, nonce: String,
        random: inout RandomSource
    ) throws(EnvelopeFault) -> SealedEnvelope {
        let pair = CallbackCredentials.Pair(token: token, key: try EncodingAESKey(key))
        var cipher: EnvelopeCipher
        do throws(CryptoError) {
            cipher = try EnvelopeCipher()
        } catch {
            throw .encryptFailed(error)
        }
        return try cipher.seal(
            message, receiveID: Array(receiveID.utf8), with: pair, timestamp: timestamp, nonce: Array(nonce.utf8),
            random: random.bytes())
    }

    private static func open(
        _ envelope: EnvelopeBody, _ key: EncodingAESKey, _ receiveIDs: ReceiveIDs, _ cipher: inout EnvelopeCipher,
        _ inspection: inout Inspection
    ) {
        let opened: OpenedEnvelope
        do throws(EnvelopeFault) {
            var plaintext: [UInt8] = []
            let parts = try cipher.decrypt(
                envelope.encrypt.span, with: key, .current, accepting: .any, into: &plaintext)
            opened = OpenedEnvelope(parts, of: plaintext)
        } catch {
            inspection.fail(.decryption, error)
            return
        }
        inspection.opened = opened
        inspection.pass(.decryption, "the message has \(opened.message.count) bytes")
        guard receiveIDs.accept(opened.receiveID[...]) else {
            inspection.fail(
                .receiveID, .receiveIDMismatch(received: Quoted.Excerpt(opened.receiveID[...]), accepted: receiveIDs))
            inspection.hint(.receiveID, receiveIDHint(opened.receiveID))
            return
        }
        inspection.pass(.receiveID, opened.receiveID.isEmpty ? "empty" : Quoted.bytes(opened.receiveID))
    }

    private static func receiveIDHint(_ received: [UInt8]) -> String {
        if received.isEmpty {
            return "AI bots and apps of individuals have no receiveid: accept the empty one"
        }
        if received.starts(with: "wp".utf8) {
            return "an authorising corp's id in its encrypted form: a suite's data callback must accept any"
        }
        return "a suite's URL is verified with the provider's corpid and gets pushes with the suiteid: accept both"
    }
}

// MARK: - the signature and its usual mistakes

extension EnvelopeInspector {
    /// `nil` when there was nothing to check.
    private static func checkSignature(
        _ envelope: EnvelopeBody, _ parameters: Parameters, _ cipher: inout EnvelopeCipher,
        _ inspection: inout Inspection
    ) throws(CryptoError) -> Bool? {
        guard let signature = parameters.signature, let timestamp = parameters.timestamp,
            let nonce = parameters.nonce
        else {
            inspection.skip(.signature, "not checked: it takes msg_signature, timestamp and nonce")
            return nil
        }
        let received = Array(signature.utf8)
        let texts = SignedTexts(
            token: Array(parameters.token.utf8), timestamp: Array(timestamp.utf8), nonce: Array(nonce.utf8),
            encrypt: envelope.encrypt)
        do throws(EnvelopeFault) {
            let query = CallbackQuery(
                signature: received.span, timestamp: texts.timestamp.span, nonce: texts.nonce.span)
            try cipher.verify(texts.encrypt.span, query, token: texts.token.span)
            inspection.pass(.signature, "signed with this token")
            return true
        } catch {
            inspection.fail(.signature, error)
        }
        let expected = try texts.signature(&cipher)
        inspection.hint(.signature, "this token, timestamp and nonce give \(expected)")
        if let mistake = try mistake(in: texts, signature: received, expected: expected, &cipher) {
            inspection.hint(.signature, mistake)
        }
        return false
    }

    /// Once; what is no percent-encoding stays as it is.
    static func percentDecoded(_ text: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        do throws(CodecError) {
            try Percent.decode(text.span, appendingTo: &decoded)
            return decoded
        } catch {
            return text
        }
    }

    private struct SignedTexts {
        var token: [UInt8]
        var timestamp: [UInt8]
        var nonce: [UInt8]
        var encrypt: [UInt8]

        func signature(_ cipher: inout EnvelopeCipher) throws(CryptoError) -> CallbackSignature {
            try CallbackSignature(
                token: token.span, timestamp: timestamp.span, nonce: nonce.span, encrypt: encrypt.span,
                using: &cipher.sha1)
        }
    }

    /// Tries what is known to go wrong (WECOM.md, section 9) and names what would have made the signature right.
    private static func mistake(
        in texts: SignedTexts, signature: [UInt8], expected: CallbackSignature, _ cipher: inout EnvelopeCipher
    ) throws(CryptoError) -> String? {
        let trimmed = signature.filter { $0 > 0x20 }.map { (0x41...0x46).contains($0) ? $0 | 0x20 : $0 }
        if expected.matches(trimmed.span) {
            return "msg_signature is right but for upper case or spaces: hand it over as it was received"
        }
        var other = texts
        other.token = texts.token.filter { $0 > 0x20 }
        if try other.signature(&cipher).matches(trimmed.span) { return "the token has a space too many" }
        other = texts
        other.encrypt = []
        if try other.signature(&cipher).matches(trimmed.span) {
            return "signed without Encrypt: that is the `signature` of a public account, not msg_signature"
        }
        other = texts
        other.nonce = Self.percentDecoded(texts.nonce)
        if try other.signature(&cipher).matches(trimmed.span) { return "the nonce is still percent-encoded" }
        return nil
    }
}
