// Lua's patterns, as far as scripts need them: characters, `.`, the classes %d %a %s %w, `*` `+` `-` `?`, `^` and `$`. No captures.

struct LuaPattern {
    private let pattern: Bytes
    private let isAnchored: Bool

    init(_ pattern: Bytes) {
        isAnchored = pattern.first == UInt8(ascii: "^")
        self.pattern = isAnchored ? Array(pattern.dropFirst()) : pattern
    }

    func firstMatch(in text: Bytes) -> Range<Int>? {
        for start in 0...text.count {
            if let end = match(0, text, start) { return start..<end }
            if isAnchored { return nil }
        }
        return nil
    }

    private func match(_ place: Int, _ text: Bytes, _ start: Int) -> Int? {
        guard place < pattern.count else { return start }
        if pattern[place] == UInt8(ascii: "$"), place == pattern.count - 1 { return start == text.count ? start : nil }
        let next = place + (pattern[place] == UInt8(ascii: "%") ? 2 : 1)
        func fits(_ index: Int) -> Bool { index < text.count && contains(text[index], place) }
        switch next < pattern.count ? pattern[next] : 0 {
        case UInt8(ascii: "*"), UInt8(ascii: "+"):
            var end = start
            while fits(end) { end += 1 }
            let least = pattern[next] == UInt8(ascii: "+") ? start + 1 : start
            while end >= least {
                if let match = match(next + 1, text, end) { return match }
                end -= 1
            }
            return nil
        case UInt8(ascii: "-"):
            var end = start
            while true {
                if let match = match(next + 1, text, end) { return match }
                guard fits(end) else { return nil }
                end += 1
            }
        case UInt8(ascii: "?"):
            if fits(start), let match = match(next + 1, text, start + 1) { return match }
            return match(next + 1, text, start)
        default: return fits(start) ? match(next, text, start + 1) : nil
        }
    }

    private func contains(_ byte: UInt8, _ place: Int) -> Bool {
        guard pattern[place] == UInt8(ascii: "%"), place + 1 < pattern.count else {
            return pattern[place] == UInt8(ascii: ".") || pattern[place] == byte
        }
        let isDigit = (48...57).contains(byte)
        let isLetter = (65...90).contains(byte) || (97...122).contains(byte)
        switch pattern[place + 1] {
        case UInt8(ascii: "d"): return isDigit
        case UInt8(ascii: "a"): return isLetter
        case UInt8(ascii: "w"): return isDigit || isLetter
        case UInt8(ascii: "s"): return byte == 32 || (9...13).contains(byte)
        case let other: return other == byte
        }
    }
}
