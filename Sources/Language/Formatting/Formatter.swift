// Writes a file of the language in its one style. It knows no statement: the reader says where each clause begins, the brackets
// say the rest, so a new statement is formatted as soon as it is read. Linear in the length of the file.
//
// What the author decides: the order, the comments, where a blank line stands, and whether a short block, a condition or a list
// stands on one line or on several. All else follows, so that formatting twice changes nothing.

struct Formatter {
    static let indentStep = 4

    let pieces: Pieces
    var page: Page
    /// The spaces before the next piece, if they are not those that it has by itself.
    var gap: Int?

    mutating func run() { lay(pieces.items(0, pieces.count), indent: 0, isFile: true) }

    mutating func lay(_ items: [Item], indent: Int, isFile: Bool = false) {
        let column = isFile ? Self.indentStep : valueColumn(of: items, indent: indent)
        var isFirst = true
        // The clause that a comment below it may belong to.
        var owner: Clause?
        var index = 0
        while index < items.count {
            switch items[index] {
            case .comment(let comment):
                if pieces[comment].lineBreaks > 0, !belongs(comment, to: owner) { owner = nil }
                let isTrailing = put(
                    comment: comment, indent: owner == nil ? indent : column, mayHaveBlankLine: !isFirst)
                isFirst = isFirst && isTrailing
                index += 1
            case .clause(let clause):
                if pieces[clause.low].lineBreaks > 1, !isFirst { page.addBlankLine() }
                isFirst = false
                owner = nil
                let table = Table(at: index, in: items, of: pieces, indent: indent)
                if table.rows.isEmpty {
                    if clause.block == nil, startsLine(clause.low) { owner = clause }
                    write(clause, indent: indent, valueColumn: isFile ? nil : column)
                    index += 1
                } else {
                    write(table, from: &index, in: items, indent: indent)
                }
            }
        }
    }

    /// Where the values of a block's clauses begin: two columns behind the longest word that has one. No nearer than behind a
    /// word of four letters, so that a route's `to` stands where it stands beside a `when`.
    private func valueColumn(of items: [Item], indent: Int) -> Int {
        var width = 4
        for case .clause(let clause) in items where clause.block == nil && clause.low + 1 < clause.high {
            width = max(width, pieces[clause.low].width)
        }
        return indent + width + 2
    }

    private func startsLine(_ index: Int) -> Bool { index == 0 || pieces[index].lineBreaks > 0 }

    /// A comment right below a clause and deeper than its word is part of it: most often, a condition that is left out for now.
    private func belongs(_ comment: Int, to owner: Clause?) -> Bool {
        guard let owner else { return false }
        return pieces[comment].lineBreaks == 1 && pieces[comment].indent > pieces[owner.low].indent
    }

    private mutating func write(_ clause: Clause, indent: Int, valueColumn: Int?) {
        page.startLine(pieces[clause.low], indent: indent)
        if clause.block != nil {
            put(from: clause.low + 1, to: clause.high, indent: indent)
        } else if let valueColumn {
            gap = max(1, valueColumn - page.column)
            put(condition: clause.low + 1, to: clause.high, indent: valueColumn)
            gap = nil
        } else {
            put(condition: clause.low + 1, to: clause.high, indent: indent)
        }
    }

    // MARK: Pieces

    /// Where the next piece will stand, if it does not begin a line of its own.
    func column(indent: Int) -> Int { page.isEnded ? max(indent, Self.indentStep) : page.column + (gap ?? 1) }

    mutating func put(_ index: Int, indent: Int) {
        if page.isEnded {
            // Torn off by a comment; no clause begins here, so it does not stand where one would.
            page.startLine(pieces[index], indent: max(indent, Self.indentStep))
        } else {
            page.add(pieces[index], spaces: gap ?? (pieces.hasSpace(before: index) ? 1 : 0))
        }
        gap = nil
    }

    /// Where it stood: behind what stands before it on the line, else on a line of its own.
    ///
    /// - Returns: whether it stands at the end of a line.
    @discardableResult
    mutating func put(comment index: Int, indent: Int, mayHaveBlankLine: Bool = false) -> Bool {
        let comment = pieces[index]
        gap = nil
        if comment.lineBreaks == 0, page.isInLine, !page.isEnded {
            page.addComment(comment)
            return true
        }
        if comment.lineBreaks > 1, mayHaveBlankLine { page.addBlankLine() }
        page.startComment(comment, indent: indent)
        return false
    }

    /// The pieces from `low` to before `high`, on one line as far as comments, blocks and lists in them allow; on those that
    /// their author chose, if these are kept.
    mutating func put(from low: Int, to high: Int, indent: Int, keepsLines: Bool = false) {
        var index = low
        while index < high {
            switch pieces[index].role {
            case .plain where keepsLines && index > low && pieces[index].lineBreaks > 0:
                page.startLine(pieces[index], indent: max(indent, Self.indentStep))
            case .comment: put(comment: index, indent: indent)
            case .openBlock:
                put(block: index, indent: indent)
                index = pieces.partners[index]
            case .openList:
                put(list: index, indent: indent)
                index = pieces.partners[index]
            case .openGroup:
                let close = pieces.partners[index]
                put(index, indent: indent)
                put(condition: index + 1, to: close, indent: page.column)
                put(close, indent: indent)
                index = close
            default: put(index, indent: indent)
            }
            index += 1
        }
    }

    private mutating func put(block open: Int, indent: Int) {
        let close = pieces.partners[open]
        put(open, indent: indent)
        if open + 1 == close {
            put(close, indent: indent)
        } else {
            lay(pieces.items(open + 1, close), indent: indent + Self.indentStep)
            page.startLine(pieces[close], indent: indent)
        }
    }
}

extension Cursor {
    /// The file in its one style. Nil if it has errors, and if the result could not be read again, which is a finding then.
    /// To be asked for when the whole file was read.
    package mutating func format() -> [UInt8]? {
        guard isAtEnd, !findings.hasErrors else { return nil }
        var formatter = Formatter(pieces: Pieces(self), page: Page(file))
        formatter.run()
        do throws(Page.Fault) {
            return try formatter.page.text()
        } catch {
            switch error {
            case .tooLarge:
                findings.error(
                    "formatted, this file would be larger than \(SourceFile.sizeLimit >> 10) KB",
                    at: SourceRange(file: file, bytes: 0..<0))
            case .lineTooLong(let offset):
                findings.error(
                    "formatted, the line that begins here would be longer than \(SourceFile.lineLimit >> 10) KB",
                    at: SourceRange(file: file, bytes: offset..<offset))
            }
            return nil
        }
    }
}
