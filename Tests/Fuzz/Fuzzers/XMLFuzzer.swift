// XML: the scanner's tokens are balanced and point into the document, a document passed over is judged as one that is read,
// and what was read is the same when it is written in the plainest form and read again.

import Codec

extension Fuzzer {
    static let xml = Fuzzer(
        name: "xml", about: "XMLScanner: balance, passing over, cuts, rewriting", sizeMax: 1024,
        words: [
            "<xml>", "</xml>", "<![CDATA[", "]]>", "<!--", "-->", "<?xml version=\"1.0\"?>", "<!DOCTYPE", "<!ENTITY",
            "&amp;", "&lt;", "&#x4e2d;", "&#0;", "&#xD800;", "<a/>", " b=\"c\"", "\u{FEFF}", "]]]]><![CDATA[>",
        ],
        seeds: {
            try Samples.callbacks().filter { $0.first == UInt8(ascii: "<") }
                + [
                    "<a b='c' d=\"&lt;\">x<b/>y<!-- z -->&#65;&amp;<![CDATA[<>&]]></a>",
                    "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml><中文 />text]</xml>\n<!-- end -->\n",
                    "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a><a><a><a><a></a></a></a></a></a >",
                ].map { Array($0.utf8) }
        },
        check: { input in try XMLCheck(input: input).run() })
}

private struct XMLCheck {
    let input: [UInt8]

    /// A tree flattened: what the scanner says, with the texts between two tags joined.
    enum Piece: Equatable {
        case start([UInt8])
        case end
        case text([UInt8])
    }

    struct Reading: Equatable {
        var pieces: [Piece] = []
        /// Where the root ends.
        var end = 0
        var error: CodecError?
    }

    private static func read(_ bytes: Span<UInt8>, depthLimit: Int = XMLScanner.depthLimitMax) throws -> Reading {
        var scanner = XMLScanner(bytes, depthLimit: depthLimit)
        var reading = Reading()
        var open = 0
        do throws(CodecError) {
            loop: while true {
                switch try scanner.next() {
                case .startTag(let name):
                    open += 1
                    guard name.lowerBound > 0, name.upperBound <= bytes.count, !name.isEmpty else { throw broken }
                    reading.pieces.append(.start(copy(scanner.source(name))))
                case .endTag:
                    open -= 1
                    reading.pieces.append(.end)
                    if open == 0 { reading.end = scanner.offset }
                case .text(let text):
                    var decoded: [UInt8] = []
                    scanner.append(text, to: &decoded)
                    if let plain = scanner.unescaped(text), copy(plain) != decoded { throw broken }
                    guard Array(scanner.string(text).utf8) == decoded else { throw broken }
                    if case .text(let before)? = reading.pieces.last {
                        reading.pieces[reading.pieces.count - 1] = .text(before + decoded)
                    } else {
                        reading.pieces.append(.text(decoded))
                    }
                case .end:
                    break loop
                }
                guard open == scanner.depth, open <= depthLimit else { throw broken }
            }
            guard open == 0 else { throw broken }
        } catch {
            reading.error = error
        }
        guard reading.error != broken else { throw BrokenProperty(description: "a token is not what it says") }
        return reading
    }

    private static let broken = CodecError(.mismatchedTag, at: -1)

    private static func copy(_ bytes: Span<UInt8>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.append(copying: bytes)
        return copy
    }

    func run() throws {
        let whole = try Self.read(input.span)
        if let error = whole.error {
            try require((0...input.count).contains(error.offset), "an error points into the document: \(error)")
        }
        try require(skip(), equals: whole.error, "a document passed over")
        let shallow = try Self.read(input.span, depthLimit: 2)
        if shallow.error?.reason != .tooDeep { try require(shallow, equals: whole, "a document within a depth of 2") }
        guard whole.error == nil else { return }
        for cut in input.cuts where cut < whole.end {
            let shorter = try Self.read(input.span.extracting(0..<cut))
            try require(shorter.error != nil, "a document cut at \(cut) is accepted")
        }
        try rewrite(whole)
    }

    private func skip() -> CodecError? {
        var scanner = XMLScanner(input.span)
        do throws(CodecError) {
            guard case .startTag = try scanner.next() else { return CodecError(.mismatchedTag, at: -2) }
            try scanner.skipElement()
            guard case .end = try scanner.next() else { return CodecError(.mismatchedTag, at: -3) }
            return nil
        } catch {
            return error
        }
    }

    private func rewrite(_ reading: Reading) throws {
        var written: [UInt8] = []
        var names: [[UInt8]] = []
        for piece in reading.pieces {
            switch piece {
            case .start(let name):
                written += Array("<".utf8) + name + Array(">".utf8)
                names.append(name)
            case .end:
                written += Array("</".utf8) + names.removeLast() + Array(">".utf8)
            case .text(let text):
                for byte in text {
                    switch byte {
                    case UInt8(ascii: "<"): written += Array("&lt;".utf8)
                    case UInt8(ascii: ">"): written += Array("&gt;".utf8)
                    case UInt8(ascii: "&"): written += Array("&amp;".utf8)
                    default: written.append(byte)
                    }
                }
            }
        }
        let again = try Self.read(written.span)
        // An empty CDATA section is a text that nobody sees when it is written plainly.
        let seen = reading.pieces.filter { $0 != .text([]) }
        try require(again.error, equals: nil, "a document written again")
        try require(again.pieces, equals: seen, "a document written again")
    }
}
