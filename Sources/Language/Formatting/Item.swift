// What a file and each of its blocks consist of, as the formatter sees them: statements or clauses, and the comments between them.

enum Item {
    case comment(Int)
    case clause(Clause)
}

/// A statement or a clause without the comments that follow it: a stretch of pieces.
struct Clause {
    let low: Int
    let high: Int
    /// Where its block opens, if it has one.
    let block: Int?
}

extension Pieces {
    /// The items between two pieces, what is inside of their blocks left out.
    func items(_ low: Int, _ high: Int) -> [Item] {
        var items: [Item] = []
        var index = low
        while index < high {
            if self[index].role == .comment {
                items.append(.comment(index))
                index += 1
                continue
            }
            var end = index + 1
            var block: Int?
            while end < high, !self[end].startsClause {
                if self[end].role == .openBlock {
                    block = block ?? end
                    end = partners[end]
                }
                end += 1
            }
            while self[end - 1].role == .comment { end -= 1 }
            items.append(.clause(Clause(low: index, high: end, block: block)))
            index = end
        }
        return items
    }
}
