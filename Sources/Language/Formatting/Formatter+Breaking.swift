// Conditions and lists that stand on several lines: because their author broke them, because a comment does, or because they are
// too wide.

extension Formatter {
    /// A condition, or any other value: it is on one line, or each part of it has a line that begins with its `and` or `or`.
    ///
    ///     when  type = message.received
    ///           and (content.text contains "退款"
    ///                or content.kind = file)
    ///
    /// A value without these words that is too wide has the lines that its author gave it.
    /// Where both words stand side by side, the `and`s, which bind closer, stand deeper than the `or`s.
    mutating func put(condition low: Int, to high: Int, indent: Int) {
        var low = low
        while low < high, pieces[low].role == .comment {
            put(comment: low, indent: indent)
            low += 1
        }
        let isTooWide = column(indent: indent) + pieces.width(low, high) > Page.width
        if !isTooWide, !pieces.isBroken(low, high) {
            for index in low..<high { put(index, indent: indent) }
            return
        }
        let ors = operators(.or, low, high)
        let operators = ors.isEmpty ? operators(.and, low, high) : ors
        guard !operators.isEmpty else { return put(from: low, to: high, indent: indent, keepsLines: isTooWide) }
        var start = low
        for next in operators + [high] {
            var end = next
            while end > start, pieces[end - 1].role == .comment { end -= 1 }
            if ors.isEmpty {
                put(from: start, to: end, indent: indent)
            } else {
                put(condition: start, to: end, indent: indent + Self.indentStep)
            }
            for comment in end..<next { put(comment: comment, indent: indent) }
            guard next < high else { break }
            page.startLine(pieces[next], indent: indent)
            start = next + 1
        }
    }

    /// Those between the parts of a condition, not those inside of its parentheses.
    private func operators(_ role: Piece.Role, _ low: Int, _ high: Int) -> [Int] {
        var found: [Int] = []
        var index = low
        while index < high {
            switch pieces[index].role {
            case role: found.append(index)
            case .openGroup, .openList, .openBlock: index = pieces.partners[index]
            default: break
            }
            index += 1
        }
        return found
    }

    /// A list is on one line, or its elements have lines of their own: as many on each as its author put there, and as fit.
    mutating func put(list open: Int, indent: Int) {
        let close = pieces.partners[open]
        let isTooWide = column(indent: indent) + pieces.width(open, close + 1) > Page.width
        if !(isTooWide || pieces.isBroken(open, close + 1)) || open + 1 == close {
            for index in open...close { put(index, indent: indent) }
            return
        }
        put(open, indent: indent)
        let inner = indent + Self.indentStep
        var index = open + 1
        while index < close {
            let isFirst = index == open + 1
            if pieces[index].role == .comment {
                put(comment: index, indent: inner, mayHaveBlankLine: !isFirst)
                index += 1
                continue
            }
            var end = index
            while end < close, pieces[end].role != .comma { end += 1 }
            let isTooWide = page.column + 2 + pieces.width(index, end) > Page.width
            if isFirst || isTooWide || page.isEnded || pieces[index].lineBreaks > 0 {
                if pieces[index].lineBreaks > 1, !isFirst { page.addBlankLine() }
                page.startLine(pieces[index], indent: inner)
                put(from: index + 1, to: end, indent: inner)
            } else {
                put(from: index, to: end, indent: inner)
            }
            if end < close { put(end, indent: inner) }
            index = end + 1
        }
        page.startLine(pieces[close], indent: indent)
    }
}
