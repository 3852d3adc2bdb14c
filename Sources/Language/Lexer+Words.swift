// Words, numbers, punctuation, and the marks that people bring along from other languages and keyboards.

extension Lexer {
    mutating func lexWord() -> Token.Kind {
        let start = offset
        skip(while: \.isWordPart)
        let word = file.text(start..<offset)
        guard peek() == UInt8(ascii: ":") else { return .word(word) }
        switch word {
        case "env":
            return lexSecret(what: "the name of a variable", isPart: { $0.isLetter || $0.isDigit || $0 == 0x5F })
        case "file": return lexSecret(what: "a path", isPart: \.isPathPart)
        default:
            findings.error(
                "`:` has no meaning here", at: range(from: offset, to: offset + 1),
                hint: "a name and its value stand side by side: `\(word) …`")
            offset += 1
            return .word(word)
        }
    }

    /// `env:NAME`, `file:PATH`; a path with spaces or brackets is written `file:"…"`.
    private mutating func lexSecret(what: String, isPart: (UInt8) -> Bool) -> Token.Kind {
        let isFile = what == "a path"
        offset += 1
        if isFile, peek() == UInt8(ascii: "\"") {
            guard case .string(let path) = lexString(), !path.isEmpty else { return .invalid }
            return .secret(.file(path: path))
        }
        let start = offset
        skip(while: isPart)
        guard offset > start else {
            findings.error("expected \(what) after `\(isFile ? "file" : "env"):`", at: range(from: offset, to: offset))
            return .invalid
        }
        let name = file.text(start..<offset)
        return .secret(isFile ? .file(path: name) : .environment(name))
    }

    /// Everything that begins with a digit: `10_000`, `1.5`, `-3`, `5m`, `1%`, `23:00-07:00`, `2026-01-05T09:00:00+08:00`.
    mutating func lexNumber() -> Token.Kind {
        let start = offset
        let isMoment = beginsMoment
        offset += 1
        skip {
            $0.isWordPart || $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: ":") || isMoment && $0 == UInt8(ascii: "+")
        }
        let text = file.text(start..<offset)
        if isMoment { return .moment(text) }
        let place = range(from: start, to: offset)
        if text.contains(":") {
            if let clock = ClockRange(text) { return .clockRange(clock) }
            findings.error(
                "`\(text.prefix(40))` is not a stretch of the day", at: place, hint: "write it as `23:00-07:00`")
            return .invalid
        }
        switch Quantity.parse(text) {
        case .success(let quantity): return .quantity(quantity)
        case .failure(.malformed):
            findings.error(
                "`\(text.prefix(40))` is neither a number nor a name", at: place,
                hint: "numbers are written `5`, `10_000`, `1.5`, `5m`, `1%`, `64KB`; other values go in double quotes")
        case .failure(.tooLarge):
            findings.error("the number `\(text.prefix(40))` is too large", at: place)
        case .failure(.unknownUnit(let unit)):
            findings.error(
                "unknown unit `\(unit.prefix(20))`"
                    + (Quantity.unitMeant(by: unit).map { "; did you mean `\($0)`?" } ?? ""), at: place,
                hint:
                    "units are \(Quantity.unitNames.joined(separator: ", ")); a value that is no number goes in quotes")
        case .failure(.fractionOfUnit(let unit)):
            findings.error(
                "a number of `\(unit)` has no fraction", at: place,
                hint: "use a smaller unit: `1500ms` instead of `1.5s`")
        }
        return .invalid
    }

    /// Whether a date and a `T` come next: nothing else of the language looks like that.
    private var beginsMoment: Bool {
        for (distance, sign) in "0000-00-00T".utf8.enumerated() {
            guard let byte = peek(distance), sign == UInt8(ascii: "0") ? byte.isDigit : byte == sign else {
                return false
            }
        }
        return true
    }

    mutating func lexPunctuation(_ byte: UInt8) -> Token.Kind {
        let start = offset
        if let sign = Self.sign(byte, before: peek(1) ?? 0) {
            offset += sign.rawValue.utf8.count
            return .punctuation(sign)
        }
        let pair = peek(1).map { String(decoding: [byte, $0], as: UTF8.self) } ?? ""
        if let instead = Self.habits[pair] {
            offset += 2
            findings.error("unknown sign `\(pair)`", at: range(from: start, to: offset), hint: "write \(instead)")
            return .invalid
        }
        offset += 1
        let single = String(decoding: [byte], as: UTF8.self)
        let shown = byte < 0x20 || byte == 0x7F ? "control character" : "`\(single)`"
        findings.error(
            "unknown sign \(shown)", at: range(from: start, to: offset), hint: Self.habits[single].map { "write \($0)" }
        )
        return .invalid
    }

    /// The sign that stands here; none if what stands here is a habit from elsewhere.
    private static func sign(_ byte: UInt8, before next: UInt8) -> Punctuation? {
        let isBeforeEqual = next == UInt8(ascii: "=")
        switch byte {
        case UInt8(ascii: "{"): return .openBrace
        case UInt8(ascii: "}"): return .closeBrace
        case UInt8(ascii: "["): return .openBracket
        case UInt8(ascii: "]"): return .closeBracket
        case UInt8(ascii: "("): return .openParenthesis
        case UInt8(ascii: ")"): return .closeParenthesis
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: "="): return "=<>~".utf8.contains(next) ? nil : .equal
        case UInt8(ascii: "!"): return isBeforeEqual ? .notEqual : nil
        case UInt8(ascii: "<"): return isBeforeEqual ? .lessOrEqual : next == UInt8(ascii: ">") ? nil : .less
        case UInt8(ascii: ">"): return isBeforeEqual ? .greaterOrEqual : .greater
        default: return nil
        }
    }

    /// Letters outside of ASCII stand in strings only. Full-width punctuation comes from a Chinese keyboard and looks right,
    /// which makes it hard to find: so it is named.
    mutating func lexForeign() -> Token.Kind {
        let start = offset
        skip { $0 >= 0x80 }
        let text = file.text(start..<offset)
        let place = range(from: start, to: offset)
        if let first = text.first, let instead = Self.fullWidth[first] {
            findings.error("`\(first)` is a full-width sign", at: place, hint: "write `\(instead)`")
        } else {
            findings.error(
                "`\(text.prefix(20))` is no word of the language", at: place,
                hint: "its words are English: route, when, to; a text stands in double quotes")
        }
        return .invalid
    }

    private static let habits: [String: String] = [
        "==": "`=`", "<>": "`!=`", "=<": "`<=`", "=>": "`>=`", "&&": "`and`", "||": "`or`", "!": "`not`, or `!=`",
        "~": "`matches \"glob*\"`", "=~": "`matches \"glob*\"`", "'": "double quotes: `\"…\"`",
        "`": "double quotes: `\"…\"`",
        ";": "the next clause without it", "//": "`#` before a comment", "/*": "`#` before a comment",
        "$": "`env:NAME` for a variable of the environment",
    ]

    private static let fullWidth: [Character: String] = [
        "“": "\"", "”": "\"", "＂": "\"", "‘": "\"", "’": "\"", "，": ",", "、": ",", "（": "(", "）": ")", "【": "[",
        "】": "]",
        "［": "[", "］": "]", "｛": "{", "｝": "}", "＝": "=", "＜": "<", "＞": ">", "＃": "#", "！": "!=", "：": " ", "；": " ",
        "《": "<", "》": ">", "％": "%", "　": " ",
    ]
}

extension UInt8 {
    /// A path ends at white space, a bracket, a comma, a quote or a comment.
    fileprivate var isPathPart: Bool {
        switch self {
        case 0...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: ","): false
        case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"): false
        case UInt8(ascii: "("), UInt8(ascii: ")"): false
        default: true
        }
    }
}
