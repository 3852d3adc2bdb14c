// A twin of the JSON scanner, written from the grammar of RFC 8259 alone: slow, recursive, without limits but that of the input.

enum NaiveJSON {
    static func accepts(_ bytes: [UInt8]) -> Bool {
        // A string is the only place for anything beyond ASCII, so one look at the whole document is enough.
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        var rest = Array(text.unicodeScalars)[...]
        guard takeValue(&rest) else { return false }
        skipSpace(&rest)
        return rest.isEmpty
    }

    private typealias Rest = ArraySlice<Unicode.Scalar>

    private static func skipSpace(_ rest: inout Rest) {
        rest = rest.drop { " \t\n\r".unicodeScalars.contains($0) }
    }

    private static func take(_ word: String, _ rest: inout Rest) -> Bool {
        guard rest.starts(with: word.unicodeScalars) else { return false }
        rest = rest.dropFirst(word.unicodeScalars.count)
        return true
    }

    private static func takeValue(_ rest: inout Rest) -> Bool {
        skipSpace(&rest)
        switch rest.first {
        case "{": return takeList(&rest, "{", "}") { takeString(&$0) && takeColon(&$0) && takeValue(&$0) }
        case "[": return takeList(&rest, "[", "]") { takeValue(&$0) }
        case "\"": return takeString(&rest)
        default: return take("true", &rest) || take("false", &rest) || take("null", &rest) || takeNumber(&rest)
        }
    }

    private static func takeColon(_ rest: inout Rest) -> Bool {
        skipSpace(&rest)
        return take(":", &rest)
    }

    private static func takeList(
        _ rest: inout Rest, _ open: String, _ close: String, _ item: (inout Rest) -> Bool
    ) -> Bool {
        guard take(open, &rest) else { return false }
        skipSpace(&rest)
        if take(close, &rest) { return true }
        while true {
            skipSpace(&rest)
            guard item(&rest) else { return false }
            skipSpace(&rest)
            if take(close, &rest) { return true }
            guard take(",", &rest) else { return false }
        }
    }

    private static func takeNumber(_ rest: inout Rest) -> Bool {
        func takeDigits(_ rest: inout Rest) -> Bool {
            let count = rest.prefix { ("0"..."9").contains($0) }.count
            rest = rest.dropFirst(count)
            return count > 0
        }
        _ = take("-", &rest)
        guard take("0", &rest) || takeDigits(&rest) else { return false }
        if take(".", &rest), !takeDigits(&rest) { return false }
        if take("e", &rest) || take("E", &rest) {
            _ = take("+", &rest) || take("-", &rest)
            return takeDigits(&rest)
        }
        return true
    }

    private static func takeString(_ rest: inout Rest) -> Bool {
        guard take("\"", &rest) else { return false }
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return true
            case "\\": guard takeEscape(&rest) else { return false }
            default: guard scalar.value >= 0x20 else { return false }
            }
        }
        return false
    }

    private static func takeEscape(_ rest: inout Rest) -> Bool {
        guard let kind = rest.popFirst() else { return false }
        guard kind == "u" else { return "\"\\/bfnrt".unicodeScalars.contains(kind) }
        guard let unit = takeUnit(&rest) else { return false }
        if (0xDC00...0xDFFF).contains(unit) { return false }
        guard (0xD800...0xDBFF).contains(unit) else { return true }
        guard take("\\u", &rest), let second = takeUnit(&rest) else { return false }
        return (0xDC00...0xDFFF).contains(second)
    }

    private static func takeUnit(_ rest: inout Rest) -> Int? {
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy({ $0.properties.isASCIIHexDigit }) else { return nil }
        rest = rest.dropFirst(4)
        return Int(String(String.UnicodeScalarView(digits)), radix: 16)
    }
}
