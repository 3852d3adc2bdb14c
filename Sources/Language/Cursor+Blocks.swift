// Blocks of clauses, the one shape of the language: `word … { word …  word … }`. Here reading resumes after a mistake, and here
// unknown, repeated and unclosed things are found for every block alike.

extension Cursor {
    /// Reads a whole file of statements. `read` is called with each statement's first word taken.
    package mutating func statements(
        _ words: [String], in file: String,
        _ read: (inout Cursor, Located<String>) throws(Reported) -> Void
    ) {
        statementWords = words
        while !isAtEnd {
            if isAt(.closeBrace) {
                findings.error("this `}` closes nothing", at: next.range)
                take()
                continue
            }
            readClause(among: words, of: { file }, depth: 0, read)
        }
    }

    /// Reads `{ clause… }`. `read` is called with each clause's first word taken; a clause of `once` may stand there once, one of
    /// `many` any number of times.
    ///
    /// - Parameter owner: what the block belongs to, for messages: `route "orders"`.
    /// - Returns: whether the whole block could be read. If not, what its owner lacks may stand in what was skipped, so nothing
    ///   should be said about it.
    @discardableResult
    package mutating func block(
        of owner: @autoclosure () -> String, once: [String], many: [String] = [],
        _ read: (inout Cursor, Located<String>) throws(Reported) -> Void
    ) throws(Reported) -> Bool {
        let outer = braceDepth
        let brace = try expect(.openBrace)
        let words = once + many
        var seen: [Located<String>] = []
        var isSound = true
        while true {
            if accept(.closeBrace) != nil { return isSound }
            if isAtEnd || isAtStatement {
                closeUnclosed(owner(), openedBy: brace, depth: outer)
                return false
            }
            isSound =
                readClause(among: words, of: owner, depth: outer + 1) { cursor, word throws(Reported) in
                    if let first = seen.first(where: { $0.value == word.value }) {
                        throw cursor.error(
                            "`\(word.value)` stands twice in \(owner())", at: word.range,
                            hint: "the first is on line \(first.range.line)")
                    }
                    if once.contains(word.value) { seen.append(word) }
                    try read(&cursor, word)
                } && isSound
        }
    }

    /// Reads one clause, or skips it with a finding. Takes at least one token, so the loops above end.
    @discardableResult
    private mutating func readClause(
        among words: [String], of owner: () -> String, depth: Int,
        _ read: (inout Cursor, Located<String>) throws(Reported) -> Void
    ) -> Bool {
        let token = take()
        do {
            guard case .word(let word) = token.kind, words.contains(word) else {
                throw unknown(token, in: owner(), among: words)
            }
            clauseOffsets.append(token.range.bytes.lowerBound)
            try read(&self, Located(word, at: token.range))
            return true
        } catch {
            hideIfSecret(token)
            skip(toClause: words, depth: depth)
            return false
        }
    }

    private mutating func unknown(_ token: Token, in owner: String, among words: [String]) -> Reported {
        switch token.kind {
        case .invalid:
            return Reported()
        case .word(let word):
            let guess = didYouMeanSuffix(word, among: words)
            return error(
                "unknown word `\(word.prefix(40))` in \(owner)\(guess)", at: token.range,
                hint: guess.isEmpty ? "known here: \(words.joined(separator: ", "))" : nil)
        default:
            return error(
                "\(shown(token)) has no place in \(owner)", at: token.range,
                hint: "known here: \(words.joined(separator: ", "))")
        }
    }
}
