// The outside of an envelope: where Encrypt is found in what was received. It is the only field that the signature covers,
// so nothing else of the outer document (ToUserName, AgentID) is even read (WECOM.md 1.3).

import Codec

package struct EnvelopeBody: Sendable {
    package enum Format: String, Sendable {
        case xml = "XML"
        case json = "JSON"
        case echo = "bare base64"
    }

    package let format: Format
    /// Exactly as received but for the document's own escapes: the signature covers these bytes.
    package let encrypt: [UInt8]
}

extension EnvelopeBody {
    /// The body of a POST.
    package init(_ body: Span<UInt8>) throws(EnvelopeFault) {
        var encrypt: [UInt8] = []
        let format = try Self.read(body, appendingTo: &encrypt)
        self.init(format: format, encrypt: encrypt)
    }

    /// Appends the Encrypt of a POST's body to `encrypt`, which means nothing after a fault: for who keeps an array for it.
    @discardableResult
    package static func read(
        _ body: Span<UInt8>, appendingTo encrypt: inout [UInt8]
    ) throws(EnvelopeFault) -> Format {
        // A byte order mark (EF BB BF) is no part of either document; some senders' templates have one.
        var start = 0
        if body.count >= 3, body[0] == 0xef, body[1] == 0xbb, body[2] == 0xbf { start = 3 }
        while start < body.count, isSpace(body[start]) { start += 1 }
        guard start < body.count else { throw .bodyEmpty }
        let format: Format
        switch body[start] {
        case UInt8(ascii: "<"): format = .xml
        case UInt8(ascii: "{"): format = .json
        default: throw .bodyUnknown(firstByte: body[start])
        }
        let search: EncryptSearch
        do throws(CodecError) {
            let document = body.extracting(start...)
            search =
                try format == .xml
                ? self.search(xml: document, appendingTo: &encrypt)
                : self.search(json: document, appendingTo: &encrypt)
        } catch {
            throw .bodyMalformed(format, CodecError(error.reason, at: start + error.offset))
        }
        try search.check(format)
        return format
    }

    /// The echostr of a URL verification, percent-decoded. A space in it was a plus sign that someone on the way decoded
    /// as a form would (WECOM.md, trap 7); base64 has no spaces, so nothing is lost by putting it back.
    package init(echo: [UInt8]) {
        self.init(format: .echo, encrypt: echo.map { $0 == 0x20 ? UInt8(ascii: "+") : $0 })
    }

    /// What a person hands over: a body, or an echostr with whatever surrounded it in a log.
    init(pasted: [UInt8]) throws(EnvelopeFault) {
        var text = pasted[...]
        while let last = text.last, Self.isSpace(last) { text.removeLast() }
        while let first = text.first, Self.isSpace(first) { text.removeFirst() }
        let echo = EnvelopeBody(echo: EnvelopeInspector.percentDecoded(Array(text)))
        // Base64 comes in groups of four; anything else is meant to be a document.
        if !echo.encrypt.isEmpty, echo.encrypt.count % 4 == 0, echo.encrypt.allSatisfy(Self.isBase64) {
            self = echo
        } else {
            try self.init(pasted.span)
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): true
        default: false
        }
    }
}
