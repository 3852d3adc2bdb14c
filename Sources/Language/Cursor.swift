// Reads a file token by token for a parser, and is the one place where its diagnostics are made: so every message has a file, a
// line and a column, and says what was expected instead of what was found.
//
// A function that cannot read what it expects reports it and throws `Reported`. The clause loops (`Cursor+Blocks.swift`) catch it,
// skip to the next clause and go on, so that one run reports every mistake of a file.

/// Thrown when something cannot be read; the finding has been made, there is nothing left to say. Only the cursor makes one.
package struct Reported: Error, Sendable {}

package struct Cursor {
    package let file: SourceFile
    package internal(set) var findings: Findings

    /// Whether texts that nobody made sense of may be secrets, and are shown nowhere.
    let mayHoldSecrets: Bool
    /// All but the comments.
    let tokens: [Token]
    /// Nothing is read from them; the formatter keeps them.
    let comments: [Token]
    /// Where each statement and each clause begins, in bytes and in order: what the formatter lays out.
    var clauseOffsets: [Int] = []
    private var index = 0
    /// How many `{` are open, counted as tokens are taken, so that skipping after a mistake knows where the clause ends.
    private(set) var braceDepth = 0
    /// The words a statement of the file begins with. One of them in the first column means that a `}` was forgotten above.
    var statementWords: [String] = []
    /// The statement at which a forgotten `}` was reported, so that the blocks around it stay silent.
    private var forgottenBraceIndex: Int?

    package init(_ file: SourceFile, mayHoldSecrets: Bool = false) {
        self.file = file
        self.mayHoldSecrets = mayHoldSecrets
        var (tokens, findings) = Lexer.lex(file)
        comments = tokens.filter(\.kind.isComment)
        tokens.removeAll(where: \.kind.isComment)
        self.tokens = tokens
        self.findings = findings
    }

    // MARK: Looking and taking

    /// The token to be read next; at the end of the file, the `.end` token, however often it is asked for.
    package var next: Token { tokens[index] }

    // The questions that are asked at every turn look at a token where it lies: a copy counts references.

    package var isAtEnd: Bool { if case .end = tokens[index].kind { true } else { false } }

    /// The word to be read next, if it is one.
    package var nextWord: String? {
        if case .word(let word) = tokens[index].kind { word } else { nil }
    }

    /// Whether the sign comes next.
    package func isAt(_ punctuation: Punctuation) -> Bool {
        if case .punctuation(let sign) = tokens[index].kind { sign == punctuation } else { false }
    }

    /// The token read last: where a clause ends, and behind which a missing word is looked for.
    package var last: Token? { index > 0 ? tokens[index - 1] : nil }

    /// From `start` to the end of the token read last.
    package func range(from start: SourceRange) -> SourceRange {
        index > 0 ? start.through(tokens[index - 1].range) : start
    }

    @discardableResult
    package mutating func take() -> Token {
        let token = next
        guard token.kind != .end else { return token }
        index += 1
        switch token.kind {
        case .punctuation(.openBrace): braceDepth += 1
        case .punctuation(.closeBrace): braceDepth = max(0, braceDepth - 1)
        default: break
        }
        return token
    }

    /// Takes the word if it comes next.
    package mutating func accept(_ word: String) -> Token? {
        nextWord == word ? take() : nil
    }

    /// Takes the sign if it comes next.
    package mutating func accept(_ punctuation: Punctuation) -> Token? {
        isAt(punctuation) ? take() : nil
    }

    @discardableResult
    package mutating func expect(_ punctuation: Punctuation) throws(Reported) -> Token {
        guard let token = accept(punctuation) else { throw refuse("`\(punctuation.rawValue)`") }
        return token
    }

    @discardableResult
    package mutating func expect(_ word: String) throws(Reported) -> Token {
        guard let token = accept(word) else { throw refuse("`\(word)`") }
        return token
    }

    // MARK: Findings

    /// Reports that `expected` does not come next. The caller throws what it returns:
    /// `throw cursor.refuse("a duration")`.
    package mutating func refuse(_ expected: String, hint: String? = nil) -> Reported {
        let token = next
        if token.kind == .invalid { return Reported() }
        if let last, token.startsLine || token.kind == .end {
            // The thing is missing at the end of the line above; the token that happens to follow is not to blame.
            let end = last.range.bytes.upperBound
            findings.error(
                "expected \(expected) after \(last.shown)", at: SourceRange(file: file, bytes: end..<end), hint: hint)
        } else {
            findings.error("expected \(expected), found \(shown(token))", at: token.range, hint: hint)
        }
        return Reported()
    }

    package mutating func error(_ message: String, at range: SourceRange, hint: String? = nil) -> Reported {
        findings.error(message, at: range, hint: hint)
        return Reported()
    }

    package mutating func warning(_ message: String, at range: SourceRange, hint: String? = nil) {
        findings.warning(message, at: range, hint: hint)
    }

    /// What to throw when the reason has been reported before.
    package var reported: Reported { Reported() }

    // MARK: Secrets

    /// Keeps the text of a secret out of all that is shown of its line.
    func hide(_ token: Token) {
        // The quotes stay, so that one sees what kind of thing it is.
        let isQuoted = if case .string = token.kind { true } else { false }
        let range = token.range.bytes
        file.hide(isQuoted && range.count >= 2 ? range.lowerBound + 1..<range.upperBound - 1 : range)
    }

    /// Keeps user and password of a URL out of all that is shown of its line.
    package func hideUser(in url: SourceRange) {
        let bytes = file.bytes[url.bytes]
        guard let end = bytes.lastIndex(of: UInt8(ascii: "@")) else { return }
        let slash = UInt8(ascii: "/")
        let scheme = bytes[..<end].indices.first {
            $0 > bytes.startIndex && bytes[$0] == slash && bytes[$0 - 1] == slash
        }
        file.hide((scheme ?? bytes.startIndex) + 1..<end)
    }

    /// Keeps what may be a key in a URL in quotes out of all that is shown of its line.
    package func hideKeys(in url: SourceRange) {
        let start = url.bytes.lowerBound + 1
        let bytes = Array(file.bytes[url.bytes].dropFirst().dropLast())
        // With escapes one cannot see where its parts end.
        let isPlain = !bytes.contains(UInt8(ascii: "\\"))
        let ranges = isPlain ? URLSecrets.ranges(in: bytes) : [(URLSecrets.authority(of: bytes) ?? 0)..<bytes.count]
        for range in ranges where !range.isEmpty { file.hide(start + range.lowerBound..<start + range.upperBound) }
    }

    /// The token as a message of this file may name it.
    func shown(_ token: Token) -> String {
        if case .string = token.kind, mayHoldSecrets { "a text" } else { token.shown }
    }

    // MARK: Going on after a mistake

    /// Skips what is left of a broken clause: to a word that begins a clause, or the `}` of the block, at the given depth.
    mutating func skip(toClause words: [String], depth: Int) {
        while !isAtEnd, !isAtStatement {
            if braceDepth <= depth {
                if isAt(.closeBrace) { return }
                if let word = nextWord, words.contains(word) { return }
            }
            hideIfSecret(take())
        }
    }

    /// A text that was skipped may be a secret under a misspelt name, and one without its closing quote too.
    func hideIfSecret(_ token: Token) {
        guard mayHoldSecrets else { return }
        switch token.kind {
        case .string: hide(token)
        case .invalid where token.range.text.hasPrefix("\""): hide(token)
        default: break
        }
    }

    /// Whether a word that begins a statement of the file stands in the first column, where only statements do.
    var isAtStatement: Bool {
        guard tokens[index].startsLine, let word = nextWord, statementWords.contains(word) else { return false }
        return next.range.start.column == 1
    }

    /// Ends a block whose `}` is missing, as the next statement or the end of the file shows.
    mutating func closeUnclosed(_ owner: String, openedBy brace: Token, depth: Int) {
        braceDepth = depth
        guard forgottenBraceIndex != index else { return }
        forgottenBraceIndex = index
        findings.error(
            "the `{` of \(owner) has no `}`", at: brace.range,
            hint: isAtEnd ? nil : "it is missing before `\(next.range.text)` on line \(next.range.line)")
    }
}
