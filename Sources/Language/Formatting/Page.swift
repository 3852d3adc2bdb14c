// What the formatter writes on: lines of the file's own bytes, with the comments at their ends, which are put under one another
// when all lines are there.

struct Page {
    /// What is kept within this many columns, where it can be: the width of the lines of Weir's own rule files.
    static let width = 120

    /// Deeper than people can read; so that no file grows by more than so much a line.
    private static let indentLimit = 80

    private struct Line {
        /// Where its bytes end among those of all lines.
        let end: Int
        let width: Int
        let comment: Range<Int>?
        /// Where its first piece stands in the file.
        let origin: Int
    }

    private let file: SourceFile
    private var lines: [Line] = []
    /// The bytes of all lines without their ends and comments.
    private var bytes: [UInt8] = []
    private var comment: Range<Int>?
    private var origin = 0
    private(set) var column = 0
    /// Whether a line is under way.
    private(set) var isInLine = false
    /// Whether nothing can follow on this line, since it ends with a comment.
    private(set) var isEnded = false

    init(_ file: SourceFile) { self.file = file }

    /// Begins a line with a piece.
    mutating func startLine(_ piece: Piece, indent: Int) {
        endLine()
        isInLine = true
        origin = piece.bytes.lowerBound
        add(spaces: min(indent, Self.indentLimit))
        append(piece)
    }

    /// Adds a piece to the line under way.
    mutating func add(_ piece: Piece, spaces: Int) {
        add(spaces: spaces)
        append(piece)
    }

    /// Ends the line under way with a comment.
    mutating func addComment(_ piece: Piece) {
        comment = piece.bytes
        isEnded = true
    }

    /// A comment on a line of its own.
    mutating func startComment(_ piece: Piece, indent: Int) {
        startLine(piece, indent: indent)
        isEnded = true
    }

    mutating func addBlankLine() {
        endLine()
        lines.append(Line(end: bytes.count, width: 0, comment: nil, origin: origin))
    }

    private mutating func append(_ piece: Piece) {
        // Whoever asks for the text learns that it is too long; nothing needs the rest of it.
        if bytes.count <= SourceFile.sizeLimit { bytes.append(contentsOf: file.bytes[piece.bytes]) }
        column += piece.width
    }

    private mutating func add(spaces: Int) {
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: spaces))
        column += spaces
    }

    private mutating func endLine() {
        guard isInLine else { return }
        lines.append(Line(end: bytes.count, width: column, comment: comment, origin: origin))
        comment = nil
        isInLine = false
        isEnded = false
        column = 0
    }

    // MARK: The text

    enum Fault: Error {
        case tooLarge
        /// The piece that stands there begins a line that nobody could read again.
        case lineTooLong(at: Int)
    }

    /// The whole text, its last line ended like all others.
    mutating func text() throws(Fault) -> [UInt8] {
        endLine()
        var text: [UInt8] = []
        var start = 0
        var index = 0
        while index < lines.count {
            // Neighbours whose comments stand under one another.
            var end = index
            while end < lines.count, lines[end].comment != nil { end += 1 }
            end = max(end, index + 1)
            let column = (lines[index..<end].map(\.width).filter { $0 <= Self.width }.max() ?? 0) + 2
            for line in lines[index..<end] {
                let lineStart = text.count
                text.append(contentsOf: bytes[start..<line.end])
                start = line.end
                if let comment = line.comment {
                    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(2, column - line.width)))
                    text.append(contentsOf: file.bytes[comment])
                }
                text.append(UInt8(ascii: "\n"))
                guard text.count - lineStart <= SourceFile.lineLimit else { throw .lineTooLong(at: line.origin) }
                guard text.count <= SourceFile.sizeLimit else { throw .tooLarge }
            }
            index = end
        }
        return text
    }
}
