// Inner documents in XML: those of applications, contacts, customers and suites (WECOM.md, 3.2, 3.4 to 3.7). What has no
// elements in it is a value; text between elements is layout.

import Codec

extension InnerDocument.Builder {
    mutating func read(xml: Span<UInt8>) throws(InnerDocument.Fault) {
        var scanner = XMLScanner(xml)
        var text = PiecedText()
        /// Whether the element that ends next is a value: nothing has ended since it began.
        var isValue = false
        scanning: while true {
            switch try Self.token(&scanner) {
            case .startTag(let name):
                // The root's name says nothing: it is `xml` everywhere.
                if scanner.depth > 1 { enter(scanner.source(name)) }
                text.clear()
                isValue = true
            case .text(let piece):
                if isValue { text.append(piece, of: scanner) }
            case .endTag:
                if isValue {
                    if let piece = text.onlyPiece, let value = scanner.unescaped(piece) {
                        try self.value(value)
                    } else {
                        try self.value(text.decoded.span)
                    }
                }
                leave()
                isValue = false
            case .end:
                break scanning
            }
        }
    }

    @_lifetime(scanner: copy scanner)
    private static func token(_ scanner: inout XMLScanner) throws(InnerDocument.Fault) -> XMLScanner.Token {
        do { return try scanner.next() } catch { throw .malformed(error) }
    }
}

/// The text of an element, which nearly always is one piece that needs no decoding.
private struct PiecedText {
    private(set) var onlyPiece: XMLText?
    private(set) var decoded: [UInt8] = []

    mutating func clear() {
        onlyPiece = nil
        decoded.removeAll(keepingCapacity: true)
    }

    mutating func append(_ piece: XMLText, of scanner: borrowing XMLScanner) {
        let isFirst = onlyPiece == nil && decoded.isEmpty
        if isFirst, !piece.hasReferences {
            onlyPiece = piece
            return
        }
        if let first = onlyPiece {
            scanner.append(first, to: &decoded)
            onlyPiece = nil
        }
        scanner.append(piece, to: &decoded)
    }
}
