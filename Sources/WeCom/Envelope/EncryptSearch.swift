// The search for the one Encrypt of an envelope, the same for XML and JSON. Two of them are refused: which one is meant
// would depend on the reader.

import Codec

enum EncryptSearch {
    case missing
    case text([UInt8])
    case notText
    case repeated

    /// Names differ in case between the vendor's own samples (WECOM.md 1.3).
    static func isName(_ name: Span<UInt8>) -> Bool {
        ASCII.equalIgnoringCase(name, "encrypt".utf8.span)
    }

    mutating func found(_ encrypt: [UInt8]) {
        if case .missing = self { self = .text(encrypt) } else { self = .repeated }
    }

    mutating func foundNoText() {
        if case .missing = self { self = .notText } else { self = .repeated }
    }

    func encrypt(in format: EnvelopeBody.Format) throws(EnvelopeFault) -> [UInt8] {
        switch self {
        case .text(let encrypt): return encrypt
        case .missing: throw .encryptMissing(format)
        case .notText: throw .encryptNotText(format)
        case .repeated: throw .encryptRepeated(format)
        }
    }
}
