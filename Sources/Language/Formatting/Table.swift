// Neighbouring statements of one kind whose blocks stand on one line each: their braces, and the clauses that all of them have,
// stand under one another.
//
//     channel wecom { kind wecom-robot   url env:WECOM_ROBOT_URL }
//     channel mail  { kind smtp          url env:SMTP_URL   to ["ops@example.com"] }

struct Table {
    struct Row {
        let clause: Clause
        let block: Int
        let cells: [Clause]
    }

    /// None, if the first statement does not stand on one line.
    private(set) var rows: [Row] = []
    private(set) var headWidth = 0
    /// Of the clauses that stand under one another, the widths; a row's last clause needs none.
    private(set) var widths: [Int] = []

    /// The statement at `start`, and those right below it that are like it.
    init(at start: Int, in items: [Item], of pieces: Pieces, indent: Int) {
        rows: for item in items[start...] {
            switch item {
            case .comment(let comment): if pieces[comment].lineBreaks > 0 { break rows }
            case .clause(let clause):
                if let first = rows.first?.clause {
                    guard pieces[clause.low].lineBreaks <= 1, pieces.areEqual(clause.low, first.low) else { break rows }
                }
                guard let row = Self.row(clause, of: pieces, indent: indent) else { break rows }
                rows.append(row)
            }
        }
        align(pieces, indent: indent)
    }

    /// The statement as a row, if it was written on one line and fits on one.
    private static func row(_ clause: Clause, of pieces: Pieces, indent: Int) -> Row? {
        guard let block = clause.block, pieces.partners[block] == clause.high - 1 else { return nil }
        let width = indent + pieces.width(clause.low, clause.high)
        guard width <= Page.width else { return nil }
        let isEmpty = block + 1 == clause.high - 1
        for index in clause.low + 1..<clause.high {
            if pieces[index].role == .comment || index > block && !isEmpty && pieces[index].lineBreaks > 0 {
                return nil
            }
        }
        var cells: [Clause] = []
        for case .clause(let cell) in pieces.items(block + 1, clause.high - 1) {
            guard cell.block == nil else { return nil }
            cells.append(cell)
        }
        // Two columns more between two clauses than between two words.
        guard width + 2 * max(0, cells.count - 1) <= Page.width else { return nil }
        return Row(clause: clause, block: block, cells: cells)
    }

    /// Finds the widths. Rows that would not fit side by side stay as they are by themselves.
    private mutating func align(_ pieces: Pieces, indent: Int) {
        guard rows.count > 1 else { return }
        let heads = rows.map { pieces.width($0.clause.low, $0.block) }
        var cells: [Int] = []
        for column in 0..<(rows.map(\.cells.count).max() ?? 0) {
            let words = rows.compactMap { $0.cells.count > column ? $0.cells[column].low : nil }
            guard words.allSatisfy({ pieces.areEqual($0, words[0]) }) else { break }
            cells.append(column)
        }
        headWidth = heads.max() ?? 0
        // The last of these columns has nothing behind it that is to stand under one another.
        widths = cells.dropLast().map { column in
            rows.compactMap { row in
                row.cells.count > column + 1 ? pieces.width(row.cells[column].low, row.cells[column].high) : nil
            }.max() ?? 0
        }
        for row in rows where indent + width(of: row, pieces) > Page.width {
            headWidth = 0
            widths = []
            return
        }
    }

    private func width(of row: Row, _ pieces: Pieces) -> Int {
        var width = max(headWidth, pieces.width(row.clause.low, row.block)) + 4
        for (column, cell) in row.cells.enumerated() {
            let isLast = column == row.cells.count - 1
            let own = pieces.width(cell.low, cell.high)
            width += isLast || column >= widths.count ? own : max(own, widths[column])
            if !isLast { width += 3 }
        }
        return width
    }
}

extension Formatter {
    /// Writes the rows and the comments at their ends.
    mutating func write(_ table: Table, from index: inout Int, in items: [Item], indent: Int) {
        var rows = table.rows[...]
        while index < items.count {
            switch items[index] {
            case .comment(let comment):
                guard pieces[comment].lineBreaks == 0 else { return }
                put(comment: comment, indent: indent)
            case .clause:
                guard let row = rows.popFirst() else { return }
                write(row, of: table, indent: indent)
            }
            index += 1
        }
    }

    private mutating func write(_ row: Table.Row, of table: Table, indent: Int) {
        page.startLine(pieces[row.clause.low], indent: indent)
        for piece in row.clause.low + 1..<row.block { put(piece, indent: indent) }
        gap = max(0, table.headWidth - pieces.width(row.clause.low, row.block)) + 1
        put(row.block, indent: indent)
        var padding = 0
        for (column, cell) in row.cells.enumerated() {
            gap = column == 0 ? 1 : padding + 3
            for piece in cell.low..<cell.high { put(piece, indent: indent) }
            padding = column < table.widths.count ? max(0, table.widths[column] - pieces.width(cell.low, cell.high)) : 0
        }
        put(row.clause.high - 1, indent: indent)
    }
}

extension Pieces {
    /// Whether two pieces have the same text.
    fileprivate func areEqual(_ one: Int, _ other: Int) -> Bool {
        file.bytes[self[one].bytes].elementsEqual(file.bytes[self[other].bytes])
    }
}
