// The tokens and comments of a file as the formatter sees them: what each of them is to the layout, and what stood around it.

/// A token or a comment.
struct Piece {
    enum Role: Equatable {
        /// A word, a value, a sign of comparison.
        case plain
        case and
        case or
        case comma
        case openBlock
        case closeBlock
        case openList
        case closeList
        case openGroup
        case closeGroup
        /// Without what is blank at its end.
        case comment
    }

    let role: Role
    let bytes: Range<Int>
    /// In columns; of a comment nobody asks.
    let width: Int
    /// The line ends between the piece before it and this one.
    let lineBreaks: Int
    /// The columns before it, if it is the first of its line.
    let indent: Int
    /// Whether a statement or a clause begins here.
    let startsClause: Bool
}

/// The pieces of a file with sums over them, so that a stretch is measured in constant time.
struct Pieces {
    let file: SourceFile
    private(set) var all: [Piece] = []
    /// For each bracket and brace that opens, where its partner stands.
    private(set) var partners: [Int] = []
    /// For each piece, the columns of the file up to and with it, on one endless line.
    private var widths: [Int] = []
    /// For each piece, how many up to it force a condition or a list onto several lines.
    private var forces: [Int] = []

    /// - Parameter cursor: has read the whole file, without an error.
    init(_ cursor: Cursor) {
        file = cursor.file
        var comments = cursor.comments[...]
        var clauses = cursor.clauseOffsets[...]
        // A byte order mark is no piece and no gap.
        var end = cursor.file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        for token in cursor.tokens {
            let start = token.range.bytes.lowerBound
            while let comment = comments.first, comment.range.bytes.lowerBound < start {
                add(.comment, trimmed(comment.range.bytes), after: end, startsClause: false)
                end = comment.range.bytes.upperBound
                comments.removeFirst()
            }
            if token.kind == .end { break }
            while let clause = clauses.first, clause < start { clauses.removeFirst() }
            add(Self.role(of: token.kind), token.range.bytes, after: end, startsClause: clauses.first == start)
            end = token.range.bytes.upperBound
        }
        pairBrackets()
    }

    var count: Int { all.count }

    subscript(index: Int) -> Piece { all[index] }

    /// The columns that the pieces from `low` to before `high` take on one line.
    func width(_ low: Int, _ high: Int) -> Int {
        guard low < high else { return 0 }
        return widths[high - 1] - widths[low] + all[low].width
    }

    /// Whether what stands behind `low`, up to before `high`, was written on several lines, at places where lines are broken.
    func isBroken(_ low: Int, _ high: Int) -> Bool {
        low < high && forces[high - 1] > forces[low]
    }

    /// Whether a space stands between the piece and the one before it, when they stand on one line.
    func hasSpace(before index: Int) -> Bool {
        guard index > 0 else { return false }
        switch (all[index - 1].role, all[index].role) {
        case (.openList, _), (.openGroup, _), (_, .comma), (_, .closeList), (_, .closeGroup): return false
        default: return true
        }
    }

    // MARK: Making them

    private mutating func add(_ role: Piece.Role, _ bytes: Range<Int>, after end: Int, startsClause: Bool) {
        var lineBreaks = 0
        var indent = 0
        for byte in file.bytes[end..<bytes.lowerBound] {
            switch byte {
            case UInt8(ascii: "\n"):
                lineBreaks += 1
                indent = 0
            case UInt8(ascii: "\t"): indent = (indent / 4 + 1) * 4
            default: indent += 1
            }
        }
        let width = role == .comment ? 0 : file.width(bytes)
        let index = all.count
        all.append(
            Piece(
                role: role, bytes: bytes, width: width, lineBreaks: lineBreaks, indent: indent,
                startsClause: startsClause))
        widths.append((widths.last ?? 0) + (hasSpace(before: index) ? 1 : 0) + width)
        forces.append((forces.last ?? 0) + (forcesBreak(index) ? 1 : 0))
    }

    private func forcesBreak(_ index: Int) -> Bool {
        let role = all[index].role
        if role == .comment { return true }
        guard all[index].lineBreaks > 0, index > 0 else { return false }
        return switch (all[index - 1].role, role) {
        case (_, .and), (_, .or), (.and, _), (.or, _), (.openList, _), (.comma, _), (_, .closeList): true
        default: false
        }
    }

    private mutating func pairBrackets() {
        partners = Array(repeating: 0, count: all.count)
        var open: [Int] = []
        for index in all.indices {
            switch all[index].role {
            case .openBlock, .openList, .openGroup: open.append(index)
            case .closeBlock, .closeList, .closeGroup: if let partner = open.popLast() { partners[partner] = index }
            default: break
            }
        }
        // What a reader without an error leaves open does not exist; if it did, it would end with the file.
        for index in open { partners[index] = all.count - 1 }
    }

    private func trimmed(_ bytes: Range<Int>) -> Range<Int> {
        var end = bytes.upperBound
        while end > bytes.lowerBound, [0x20, 0x09, 0x0D].contains(file.bytes[end - 1]) { end -= 1 }
        return bytes.lowerBound..<end
    }

    private static func role(of kind: Token.Kind) -> Piece.Role {
        switch kind {
        case .comment: .comment
        case .word("and"): .and
        case .word("or"): .or
        case .punctuation(.comma): .comma
        case .punctuation(.openBrace): .openBlock
        case .punctuation(.closeBrace): .closeBlock
        case .punctuation(.openBracket): .openList
        case .punctuation(.closeBracket): .closeList
        case .punctuation(.openParenthesis): .openGroup
        case .punctuation(.closeParenthesis): .closeGroup
        default: .plain
        }
    }
}

extension SourceFile {
    /// In columns.
    fileprivate func width(_ range: Range<Int>) -> Int {
        bytes[range].allSatisfy { $0 < 0x80 } ? range.count : DisplayWidth.of(text(range))
    }
}
