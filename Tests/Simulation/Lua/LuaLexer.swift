// Lua's words: names, numbers, quoted texts and signs. Comments are passed over.

enum LuaToken: Equatable {
    case name(String)
    case number(Double)
    case text(Bytes)
    case sign(String)
    case end
}

struct LuaLexer {
    private let source: Bytes
    private var place = 0

    init(_ source: String) { self.source = Array(source.utf8) }

    static func tokens(of source: String) throws(LuaError) -> [LuaToken] {
        var lexer = LuaLexer(source)
        var tokens: [LuaToken] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token == .end { return tokens }
        }
    }

    private mutating func next() throws(LuaError) -> LuaToken {
        skipSpace()
        guard place < source.count else { return .end }
        let byte = source[place]
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
            return .name(take { Self.isName($0) })
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            let digits = take { Self.isName($0) || $0 == UInt8(ascii: ".") }
            guard let number = Double(digits) else { throw LuaError("no number: \(digits)") }
            return .number(number)
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .text(try quoted())
        default:
            for length in [3, 2, 1] where place + length <= source.count {
                let sign = String(decoding: source[place..<place + length], as: UTF8.self)
                if Self.signs.contains(sign) {
                    place += length
                    return .sign(sign)
                }
            }
            throw LuaError("unexpected character \(UnicodeScalar(byte))")
        }
    }

    private static let signs: Set = [
        "...", "..", "==", "~=", "<=", ">=", "<", ">", "=", "(", ")", "{", "}", "[", "]", ";", ":", ",", ".", "+",
        "-", "*", "/", "%", "^", "#",
    ]

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    private mutating func skipSpace() {
        while place < source.count {
            if source[place] <= 32 {
                place += 1
            } else if source[place...].starts(with: "--".utf8) {
                while place < source.count, source[place] != UInt8(ascii: "\n") { place += 1 }
            } else {
                return
            }
        }
    }

    private mutating func take(while belongs: (UInt8) -> Bool) -> String {
        let start = place
        while place < source.count, belongs(source[place]) { place += 1 }
        return String(decoding: source[start..<place], as: UTF8.self)
    }

    private mutating func quoted() throws(LuaError) -> Bytes {
        let quote = source[place]
        place += 1
        var text: Bytes = []
        while place < source.count, source[place] != quote {
            if source[place] == UInt8(ascii: "\\") {
                place += 1
                guard place < source.count else { break }
                switch source[place] {
                case UInt8(ascii: "n"): text.append(10)
                case UInt8(ascii: "t"): text.append(9)
                case let other: text.append(other)
                }
            } else {
                text.append(source[place])
            }
            place += 1
        }
        guard place < source.count else { throw LuaError("a text has no end") }
        place += 1
        return text
    }
}
