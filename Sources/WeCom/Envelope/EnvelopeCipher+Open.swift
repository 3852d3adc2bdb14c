// The way in: Encrypt as received → signature → base64 → AES → padding → lengths → receiveid → message. One array is
// decoded into, decrypted in place and cut down to the message; the receiveid is the only other one.

import Codec
import Crypto

package struct OpenedEnvelope: Sendable {
    /// What WeCom says: XML or JSON, or the bare text to answer a URL verification with.
    package var message: [UInt8]
    /// For a reply, which must carry the same one.
    package var receiveID: [UInt8]
    package var random: InlineArray<16, UInt8>
    /// `previous`: the console still uses the former pair (or this is a late retry).
    package var generation: CallbackCredentials.Generation
}

extension EnvelopeCipher {
    /// Verifies the signature and opens `encrypt` with the current pair or else the previous one. When neither does, the
    /// fault of the pair that got further is thrown: it says more.
    package mutating func open(
        _ encrypt: Span<UInt8>, _ query: borrowing CallbackQuery, with credentials: CallbackCredentials
    ) throws(EnvelopeFault) -> OpenedEnvelope {
        do throws(EnvelopeFault) {
            return try open(encrypt, query, with: credentials.current, .current, accepting: credentials.receiveIDs)
        } catch let first {
            guard let previous = credentials.previous else { throw first }
            do throws(EnvelopeFault) {
                return try open(encrypt, query, with: previous, .previous, accepting: credentials.receiveIDs)
            } catch let second {
                throw second.reason.stage > first.reason.stage ? second : first
            }
        }
    }

    private mutating func open(
        _ encrypt: Span<UInt8>, _ query: borrowing CallbackQuery, with pair: CallbackCredentials.Pair,
        _ generation: CallbackCredentials.Generation, accepting receiveIDs: ReceiveIDs
    ) throws(EnvelopeFault) -> OpenedEnvelope {
        try verify(encrypt, query, token: pair.token.span)
        return try decrypt(encrypt, with: pair.key, generation, accepting: receiveIDs)
    }

    /// Throws unless `query` is signed for `encrypt` with `token`.
    package mutating func verify(
        _ encrypt: Span<UInt8>, _ query: borrowing CallbackQuery, token: Span<UInt8>
    ) throws(EnvelopeFault) {
        guard query.signature.count == CallbackSignature.digitCount else {
            throw .signatureLength(query.signature.count)
        }
        let signature: CallbackSignature
        do throws(CryptoError) {
            signature = try CallbackSignature(
                token: token, timestamp: query.timestamp, nonce: query.nonce, encrypt: encrypt, using: &sha1)
        } catch {
            throw .digestFailed(error)
        }
        guard signature.matches(query.signature) else { throw .signatureMismatch }
    }

    /// Opens without looking at the signature: for the stage after `verify`, and for the inspector.
    mutating func decrypt(
        _ encrypt: Span<UInt8>, with key: EncodingAESKey, _ generation: CallbackCredentials.Generation,
        accepting receiveIDs: ReceiveIDs
    ) throws(EnvelopeFault) -> OpenedEnvelope {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encrypt.count / 4 * 3)
        do throws(CodecError) {
            try Base64.decode(encrypt, appendingTo: &bytes)
        } catch {
            throw .base64Malformed(error)
        }
        guard bytes.count > 0, bytes.count % AES256CBC.blockSize == 0 else { throw .ciphertextLength(bytes.count) }

        var span = bytes.mutableSpan
        do throws(CryptoError) {
            try aes.decrypt(inPlace: &span, key: key.key, initialVector: key.initialVector)
        } catch {
            throw .decryptFailed(error)
        }

        // From here on a refusal must not tell by its time how far it came: all is read and compared, then judged, and what a
        // fault says is put into words after the answer.
        let reading = EnvelopeLayout.read(bytes.span)
        let parts = reading.parts
        let isAccepted = receiveIDs.accept(bytes[parts.receiveID])
        let excerpt = Quoted.Excerpt(bytes[parts.receiveID])
        if let fault = reading.fault { throw fault }
        guard isAccepted else { throw .receiveIDMismatch(received: excerpt, accepted: receiveIDs) }
        let receiveID = Array(bytes[parts.receiveID])
        let random = InlineArray<16, UInt8> { bytes[$0] }
        bytes.removeLast(bytes.count - parts.message.upperBound)
        bytes.removeFirst(parts.message.lowerBound)
        return OpenedEnvelope(message: bytes, receiveID: receiveID, random: random, generation: generation)
    }
}
