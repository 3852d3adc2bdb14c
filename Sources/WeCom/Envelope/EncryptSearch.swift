// The search for the one Encrypt of an envelope, the same for XML and JSON. Two of them are refused: which one is meant
// would depend on the reader.

import Codec

enum EncryptSearch {
    case missing
    case text
    case notText
    case repeated

    /// Names differ in case between the vendor's own samples (WECOM.md 1.3).
    static func isName(_ name: Span<UInt8>) -> Bool {
        ASCII.equalIgnoringCase(name, "encrypt".utf8.span)
    }

    mutating func foundText() {
        if case .missing = self { self = .text } else { self = .repeated }
    }

    mutating func foundNoText() {
        if case .missing = self { self = .notText } else { self = .repeated }
    }

    func check(_ format: EnvelopeBody.Format) throws(EnvelopeFault) {
        switch self {
        case .text: return
        case .missing: throw .encryptMissing(format)
        case .notText: throw .encryptNotText(format)
        case .repeated: throw .encryptRepeated(format)
        }
    }
}
