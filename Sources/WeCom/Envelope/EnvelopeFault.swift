// Why an envelope was refused, or could not be sealed. Each case is one stage with what it saw; the vendor's code, the
// metric's label and the text for people derive from it. To the outside all of them are one and the same refusal: which
// stage failed would tell a stranger about the key (a padding oracle).

package import Codec
package import Crypto

package enum EnvelopeFault: Error, Equatable, Sendable {
    /// Of configuration, not of a callback.
    case keyMalformed(EncodingAESKey.Defect)

    // The envelope around the ciphertext
    case bodyEmpty
    case bodyUnknown(firstByte: UInt8)
    case bodyMalformed(EnvelopeBody.Format, CodecError)
    case encryptMissing(EnvelopeBody.Format)
    case encryptRepeated(EnvelopeBody.Format)
    case encryptNotText(EnvelopeBody.Format)

    // The signature
    case signatureLength(Int)
    case signatureMismatch
    case digestFailed(CryptoError)

    // The ciphertext
    case base64Malformed(CodecError)
    case ciphertextLength(Int)
    case decryptFailed(CryptoError)

    // The plaintext
    case paddingValue(UInt8)
    case paddingUneven(value: UInt8)
    case plaintextShort(Int)
    case lengthBeyondEnd(declared: UInt32, available: Int)
    case receiveIDMismatch(received: Quoted.Excerpt, accepted: ReceiveIDs)

    // Sealing
    case messageLength(Int)
    case encryptFailed(CryptoError)
}

extension EnvelopeFault {
    /// The closed list of labels for metrics, in the order of the stages.
    package enum Reason: String, CaseIterable, Sendable {
        case key
        case body
        case digest
        case signature
        case base64
        case ciphertext
        case padding
        case length
        case receiveID = "receiveid"
        case encrypt
        case reply

        /// The code of the vendor's library for the same failure (WECOM.md 1.8); never sent, but known to who searches.
        package var code: Int {
            switch self {
            case .signature: -40001
            case .body: -40002
            case .digest: -40003
            case .key: -40004
            case .receiveID: -40005
            case .encrypt: -40006
            case .ciphertext: -40007
            case .padding, .length: -40008
            case .base64: -40010
            case .reply: -40011
            }
        }

        /// How far a callback came before it was refused.
        var stage: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    package var reason: Reason {
        switch self {
        case .keyMalformed: .key
        case .bodyEmpty, .bodyUnknown, .bodyMalformed, .encryptMissing, .encryptRepeated, .encryptNotText: .body
        case .signatureLength, .signatureMismatch: .signature
        case .digestFailed: .digest
        case .base64Malformed: .base64
        case .ciphertextLength, .decryptFailed: .ciphertext
        case .paddingValue, .paddingUneven: .padding
        case .plaintextShort, .lengthBeyondEnd: .length
        case .receiveIDMismatch: .receiveID
        case .encryptFailed: .encrypt
        case .messageLength: .reply
        }
    }

    /// The vendor's code, -40001 … -40011.
    package var code: Int { reason.code }
}

extension EnvelopeFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .keyMalformed(let defect):
            "the EncodingAESKey \(defect)"
        case .bodyEmpty:
            "the body is empty"
        case .bodyUnknown(let firstByte):
            "the body is neither XML nor JSON: it begins with \(Quoted.bytes([firstByte])), must begin with '<' or '{'"
        case .bodyMalformed(let format, let error):
            "the \(format.rawValue) body \(error)"
        case .encryptMissing(let format):
            "the \(format.rawValue) body has no Encrypt at its top level"
        case .encryptRepeated(let format):
            "the \(format.rawValue) body has more than one Encrypt"
        case .encryptNotText(let format):
            "Encrypt in the \(format.rawValue) body is not a text"
        case .signatureLength(let count):
            "msg_signature has \(count) character\(count == 1 ? "" : "s"), must have 40 hexadecimal digits"
        case .signatureMismatch:
            "msg_signature does not match: another token, or timestamp, nonce or Encrypt are not as they were signed"
        case .digestFailed(let error):
            "the signature could not be computed: \(error)"
        case .base64Malformed(let error):
            "Encrypt \(error)"
        case .ciphertextLength(let count):
            "the ciphertext has \(count) bytes, must have a positive multiple of 16"
        case .decryptFailed(let error):
            "the ciphertext could not be decrypted: \(error)"
        case .paddingValue(let value):
            "the padding's last byte is \(value), must be 1 to 32 and no more than the plaintext has; usually the wrong key"
        case .paddingUneven(let value):
            "the last \(value) bytes are not all \(value), as padding must be; usually the wrong key"
        case .plaintextShort(let count):
            "the plaintext has \(count) bytes without its padding, must have 20 or more"
        case .lengthBeyondEnd(let declared, let available):
            "the message claims \(declared) bytes, but only \(available) follow; usually the wrong key"
        case .receiveIDMismatch(let received, let accepted):
            "the receiveid is \(received.byteCount == 0 ? "empty" : "\(received)"), accepted is \(accepted)"
        case .messageLength(let count):
            "a message of \(count) bytes is too long to seal"
        case .encryptFailed(let error):
            "the message could not be encrypted: \(error)"
        }
    }
}
