// From bytes to tokens. Never fails as a whole: what cannot be read becomes an `.invalid` token and a finding, and lexing goes on
// behind it, so that one run tells of every mistake in a file. Linear in the length of the file.

struct Lexer {
    private(set) var tokens: [Token] = []
    var findings = Findings()

    let file: SourceFile
    var offset = 0
    private var startsLine = true

    static func lex(_ file: SourceFile) -> (tokens: [Token], findings: Findings) {
        var lexer = Lexer(file: file)
        lexer.run()
        return (lexer.tokens, lexer.findings)
    }

    private init(file: SourceFile) {
        self.file = file
    }

    private mutating func run() {
        if let invalid = file.invalidOffset {
            findings.error(
                "the file is not UTF-8 from here on", at: range(from: invalid, to: invalid),
                hint: "save it in the UTF-8 encoding; GBK and UTF-16 are not read")
        } else if let line = file.overlongLine {
            findings.error("this line is longer than \(SourceFile.lineLimit >> 10) KB", at: range(from: line, to: line))
        } else {
            // A byte order mark, as editors on Windows leave it.
            if file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
            while let byte = peek() { lexToken(from: byte) }
        }
        append(.end, from: file.bytes.count)
    }

    private mutating func lexToken(from byte: UInt8) {
        let start = offset
        switch byte {
        case UInt8(ascii: "\n"):
            offset += 1
            startsLine = true
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
            offset += 1
        case UInt8(ascii: "#"):
            skip { $0 != UInt8(ascii: "\n") }
            append(.comment, from: start)
        case UInt8(ascii: "\""):
            append(lexString(), from: start)
        case let byte where byte.isDigit || byte == UInt8(ascii: "-"):
            append(lexNumber(), from: start)
        case let byte where byte.isWordStart:
            append(lexWord(), from: start)
        case let byte where byte >= 0x80:
            append(lexForeign(), from: start)
        default:
            append(lexPunctuation(byte), from: start)
        }
    }

    private mutating func append(_ kind: Token.Kind, from start: Int) {
        tokens.append(Token(kind: kind, range: range(from: start, to: offset), startsLine: startsLine))
        if kind != .comment { startsLine = false }
    }

    // MARK: What the extensions read with

    func peek(_ distance: Int = 0) -> UInt8? {
        offset + distance < file.bytes.count ? file.bytes[offset + distance] : nil
    }

    mutating func skip(while condition: (UInt8) -> Bool) {
        while let byte = peek(), condition(byte) { offset += 1 }
    }

    func range(from start: Int, to end: Int) -> SourceRange {
        SourceRange(file: file, bytes: start..<max(start, end))
    }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }

    var isWordStart: Bool { isLetter || self == UInt8(ascii: "_") || self == UInt8(ascii: "*") }

    var isWordPart: Bool { isWordStart || isDigit || self == UInt8(ascii: ".") || self == UInt8(ascii: "-") }
}
