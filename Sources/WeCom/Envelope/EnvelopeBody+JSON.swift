// The JSON envelope: AI bots send `{"encrypt": "…"}`, the vendor's samples `Encrypt` among other keys.

import Codec

extension EnvelopeBody {
    /// The whole document is read, so that a body which is cut or goes on is refused.
    static func search(
        json document: Span<UInt8>, appendingTo encrypt: inout [UInt8]
    ) throws(CodecError) -> EncryptSearch {
        var search = EncryptSearch.missing
        var scanner = JSONScanner(document)
        guard try scanner.next() == .beginObject else { throw CodecError(.unexpectedCharacter, at: 0) }
        while case .key(let key) = try scanner.next() {
            guard isEncrypt(key, in: scanner) else {
                try scanner.skipValue()
                continue
            }
            switch try scanner.next() {
            case .string(let text):
                scanner.append(text, to: &encrypt)
                search.foundText()
            case .beginObject, .beginArray:
                try scanner.skipContainer()
                search.foundNoText()
            default:
                search.foundNoText()
            }
        }
        _ = try scanner.next()  // throws if anything follows the object
        return search
    }

    private static func isEncrypt(_ key: JSONText, in scanner: borrowing JSONScanner) -> Bool {
        if let name = scanner.unescaped(key) { return EncryptSearch.isName(name) }
        var name: [UInt8] = []
        scanner.append(key, to: &name)
        return EncryptSearch.isName(name.span)
    }
}
