// The XML envelope of apps, contacts and suites: `<xml>` with Encrypt among its children, in any order, with CDATA or not.

import Codec

extension EnvelopeBody {
    /// The whole document is read, so that a body which is cut or goes on is refused.
    static func search(
        xml document: Span<UInt8>, appendingTo encrypt: inout [UInt8]
    ) throws(CodecError) -> EncryptSearch {
        var search = EncryptSearch.missing
        var scanner = XMLScanner(document)
        while true {
            switch try scanner.next() {
            case .startTag(let name):
                // The root's name does not matter; deeper elements belong to somebody else.
                guard scanner.depth == 2 else { continue }
                if EncryptSearch.isName(scanner.source(name)) {
                    try readEncrypt(&scanner, into: &search, appendingTo: &encrypt)
                } else {
                    try scanner.skipElement()
                }
            case .text, .endTag: continue
            case .end: return search
            }
        }
    }

    /// Joins the pieces of text up to the end tag.
    @_lifetime(scanner: copy scanner)
    private static func readEncrypt(
        _ scanner: inout XMLScanner, into search: inout EncryptSearch, appendingTo encrypt: inout [UInt8]
    ) throws(CodecError) {
        while true {
            switch try scanner.next() {
            case .text(let text): scanner.append(text, to: &encrypt)
            case .startTag:
                search.foundNoText()
                try scanner.skipElement()
                try scanner.skipElement()
                return
            case .endTag, .end:
                search.foundText()
                return
            }
        }
    }
}
