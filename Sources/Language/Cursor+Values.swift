// Typed reading of values. `what` names the thing as a message does: "the name of a route", "a duration".

extension Cursor {
    /// Any word.
    package mutating func word(_ what: String) throws(Reported) -> Located<String> {
        guard case .word(let word) = next.kind else { throw refuse(what) }
        return Located(word, at: take().range)
    }

    /// One word out of a closed list; a near miss is answered with a question.
    package mutating func choice(_ what: String, among words: [String]) throws(Reported) -> Located<String> {
        guard let word = nextWord else { throw refuse("\(what): \(words.joined(separator: ", "))") }
        guard words.contains(word) else {
            let guess = didYouMeanSuffix(word, among: words)
            throw error(
                "`\(word.prefix(40))` is not \(what)\(guess)", at: next.range,
                hint: "it is one of \(words.joined(separator: ", "))")
        }
        return Located(word, at: take().range)
    }

    package mutating func string(_ what: String) throws(Reported) -> Located<String> {
        guard case .string(let value) = next.kind else {
            if case .word(let word) = next.kind {
                throw refuse(what, hint: "write it in double quotes: \"\(word.prefix(40))\"")
            }
            throw refuse(what)
        }
        return Located(value, at: take().range)
    }

    /// A string that is not empty and fits on one line of a log: what things are called.
    package mutating func name(_ what: String, countMax: Int = 100) throws(Reported) -> Located<String> {
        let name = try string(what)
        // Of scalars, as a character may consist of any number of them.
        guard !name.value.isEmpty, name.value.unicodeScalars.count <= countMax else {
            throw error("\(what) has 1 to \(countMax) characters", at: name.range)
        }
        guard !name.value.unicodeScalars.contains(where: \.isControl) else {
            throw error("\(what) has no control characters", at: name.range)
        }
        return name
    }

    package mutating func quantity(_ what: String) throws(Reported) -> Located<Quantity> {
        guard case .quantity(let quantity) = next.kind else { throw refuse(what) }
        return Located(quantity, at: take().range)
    }

    /// A whole number within `range`.
    package mutating func integer(_ what: String, in range: ClosedRange<Int>) throws(Reported) -> Located<Int> {
        guard case .quantity(.integer(let value)) = next.kind else { throw refuse(what) }
        guard let integer = Int(exactly: value), range.contains(integer) else {
            throw error("\(what) lies between \(range.lowerBound) and \(range.upperBound)", at: next.range)
        }
        return Located(integer, at: take().range)
    }

    package mutating func duration(_ what: String) throws(Reported) -> Located<Duration> {
        guard case .quantity(.duration(let duration)) = next.kind else {
            throw refuse(what, hint: "durations are written `500ms`, `5s`, `5m`, `24h`, `2d`")
        }
        return Located(duration, at: take().range)
    }

    /// A size in bytes.
    package mutating func size(_ what: String) throws(Reported) -> Located<Int> {
        guard case .quantity(.size(let size)) = next.kind, let bytes = Int(exactly: size) else {
            throw refuse(what, hint: "sizes are written `512B`, `16KB`, `2MB`")
        }
        return Located(bytes, at: take().range)
    }

    package mutating func clockRange(_ what: String) throws(Reported) -> Located<ClockRange> {
        guard case .clockRange(let range) = next.kind else { throw refuse(what, hint: "it is written `23:00-07:00`") }
        return Located(range, at: take().range)
    }

    /// A moment as it is written, with quotes or without.
    package mutating func moment(_ what: String) throws(Reported) -> Located<String> {
        switch next.kind {
        case .moment(let text), .string(let text): return Located(text, at: take().range)
        default: throw refuse(what, hint: "it is written `2026-01-05T09:00:00+08:00`")
        }
    }

    /// `env:NAME`, `file:PATH` or a string. Whoever does not want a secret in the file refuses `.inline`.
    package mutating func secret(_ what: String) throws(Reported) -> Located<Secret> {
        switch next.kind {
        case .secret(let secret): return Located(secret, at: take().range)
        case .string(let value):
            hide(next)
            return Located(.inline(value), at: take().range)
        case .word(let word) where word.allSatisfy({ $0.isLowercase || $0 == "-" }):
            // Rather the next clause than the value of this one.
            throw refuse("\(what): env:NAME or file:PATH")
        case .word where mayHoldSecrets, .quantity where mayHoldSecrets, .invalid where mayHoldSecrets:
            hide(next)
            throw error("\(what) is written env:NAME, file:PATH, or in double quotes", at: next.range)
        default: throw refuse("\(what): env:NAME or file:PATH")
        }
    }

    /// `[ element, … ]`; a comma after the last one is allowed.
    package mutating func list<Element>(
        of what: String, _ element: (inout Cursor) throws(Reported) -> Element
    ) throws(Reported) -> Located<[Element]> {
        guard let open = accept(.openBracket) else { throw refuse("a list of \(what) in `[ ]`") }
        var elements: [Element] = []
        while true {
            if let close = accept(.closeBracket) { return Located(elements, at: open.range.through(close.range)) }
            elements.append(try element(&self))
            if isAt(.closeBracket) { continue }
            guard accept(.comma) != nil else { throw refuse("`,` or `]`") }
        }
    }
}

extension Unicode.Scalar {
    /// The general category of this name has no other members, and its table need not be asked.
    fileprivate var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
