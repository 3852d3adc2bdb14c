// The way out: message → padding → AES → base64 → signature. For passive replies, and for whoever plays WeCom
// (`weir send-callback`, `weir envelope seal`, tests).

import Codec
import Crypto

extension EnvelopeCipher {
    /// `random` comes from the caller, so that what is sealed can be repeated; it must be fresh for each envelope.
    /// `timestamp` is in seconds since 1970; a reply to an AI bot carries the nonce of the callback's URL.
    package mutating func seal(
        _ message: [UInt8], receiveID: [UInt8], with pair: CallbackCredentials.Pair, timestamp: Int64, nonce: [UInt8],
        random: InlineArray<16, UInt8>
    ) throws(EnvelopeFault) -> SealedEnvelope {
        var bytes: [UInt8] = []
        try EnvelopeLayout.append(message: message, receiveID: receiveID, random: random, to: &bytes)
        var span = bytes.mutableSpan
        do throws(CryptoError) {
            try aes.encrypt(inPlace: &span, key: pair.key.key, initialVector: pair.key.initialVector)
        } catch {
            throw .encryptFailed(error)
        }
        var encrypt: [UInt8] = []
        Base64.encode(bytes.span, appendingTo: &encrypt)

        let timestamp = Array(String(timestamp).utf8)
        do throws(CryptoError) {
            let signature = try CallbackSignature(
                token: pair.token.span, timestamp: timestamp.span, nonce: nonce.span, encrypt: encrypt.span,
                using: &sha1)
            return SealedEnvelope(encrypt: encrypt, signature: signature, timestamp: timestamp, nonce: nonce)
        } catch {
            throw .digestFailed(error)
        }
    }
}
