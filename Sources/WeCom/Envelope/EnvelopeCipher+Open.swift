// The way in: Encrypt as received → signature → base64 → AES → padding → lengths → receiveid → message. One array, which the
// caller keeps for the next envelope, is decoded into and decrypted in place.

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

    init(_ parts: OpenedParts, of plaintext: [UInt8]) {
        message = Array(plaintext[parts.message])
        receiveID = Array(plaintext[parts.receiveID])
        random = InlineArray { plaintext[$0] }
        generation = parts.generation
    }
}

/// Where the parts of an opened envelope lie in its plaintext.
package struct OpenedParts: Sendable {
    package let message: Range<Int>
    package let receiveID: Range<Int>
    package let generation: CallbackCredentials.Generation
}

extension EnvelopeCipher {
    /// Verifies the signature and opens `encrypt` with the current pair or else the previous one. When neither does, the
    /// fault of the pair that got further is thrown: it says more.
    package mutating func open(
        _ encrypt: Span<UInt8>, _ query: borrowing CallbackQuery, with credentials: CallbackCredentials
    ) throws(EnvelopeFault) -> OpenedEnvelope {
        var plaintext: [UInt8] = []
        let parts = try open(encrypt, query, with: credentials, into: &plaintext)
        return OpenedEnvelope(parts, of: plaintext)
    }

    /// The same, leaving the plaintext in `plaintext`, which is overwritten.
    package mutating func open(
        _ encrypt: Span<UInt8>, _ query: borrowing CallbackQuery, with credentials: CallbackCredentials,
        into plaintext: inout [UInt8]
    ) throws(EnvelopeFault) -> OpenedParts {
        do throws(EnvelopeFault) {
            return try open(
                encrypt, query, with: credentials.current, .current, accepting: credentials.receiveIDs, into: &plaintext
            )
        } catch let first {
            guard let previous = credentials.previous else { throw first }
            do throws(EnvelopeFault) {
                return try open(
                    encrypt, query, with: previous, .previous, accepting: credentials.receiveIDs, into: &plaintext)
            } catch let second {
                throw second.reason.stage > first.reason.stage ? second : first
            }
        }
    }

    private mutating func open(
        _ encrypt: Span<UInt8>, _ query: borrowing CallbackQuery, with pair: CallbackCredentials.Pair,
        _ generation: CallbackCredentials.Generation, accepting receiveIDs: ReceiveIDs, into plaintext: inout [UInt8]
    ) throws(EnvelopeFault) -> OpenedParts {
        try verify(encrypt, query, token: pair.token.span)
        return try decrypt(encrypt, with: pair.key, generation, accepting: receiveIDs, into: &plaintext)
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
        accepting receiveIDs: ReceiveIDs, into bytes: inout [UInt8]
    ) throws(EnvelopeFault) -> OpenedParts {
        bytes.removeAll(keepingCapacity: true)
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
        return OpenedParts(message: parts.message, receiveID: parts.receiveID, generation: generation)
    }
}
