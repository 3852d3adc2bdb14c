// From the text of a script to its tree: the part of Lua 5.1 that scripts of a few lines use. No functions of their own, no globals
// besides KEYS and ARGV (Redis forbids them as well).

struct LuaParser {
    private var tokens: [LuaToken]
    private var place = 0
    private var scopes: [[String: Int]] = [["KEYS": 0, "ARGV": 1]]
    private var places = 2

    static func program(_ source: String) throws(LuaError) -> LuaProgram {
        var parser = LuaParser(tokens: try LuaLexer.tokens(of: source))
        let body = try parser.statements(until: [])
        guard parser.current == .end else { throw parser.unexpected() }
        return LuaProgram(body: body, places: parser.places)
    }

    private init(tokens: [LuaToken]) { self.tokens = tokens }

    // MARK: Tokens

    private var current: LuaToken { tokens[place] }

    private mutating func advance() { if place + 1 < tokens.count { place += 1 } }

    private func unexpected() -> LuaError { LuaError("unexpected \(current) at word \(place)") }

    private mutating func takes(_ word: String) -> Bool {
        guard current == .name(word) || current == .sign(word) else { return false }
        advance()
        return true
    }

    private mutating func expect(_ word: String) throws(LuaError) {
        guard takes(word) else { throw unexpected() }
    }

    private mutating func name() throws(LuaError) -> String {
        guard case .name(let name) = current else { throw unexpected() }
        advance()
        return name
    }

    // MARK: Scopes

    private mutating func declare(_ name: String) -> Int {
        scopes[scopes.count - 1][name] = places
        places += 1
        return places - 1
    }

    private func find(_ name: String) -> Int? {
        for scope in scopes.reversed() { if let found = scope[name] { return found } }
        return nil
    }

    // MARK: Statements

    private mutating func block(until ends: [String]) throws(LuaError) -> [LuaStatement] {
        scopes.append([:])
        let body = try statements(until: ends)
        scopes.removeLast()
        return body
    }

    private mutating func statements(until ends: [String]) throws(LuaError) -> [LuaStatement] {
        var body: [LuaStatement] = []
        while current != .end, !ends.contains(where: { current == .name($0) }) {
            if takes(";") { continue }
            body.append(try statement())
        }
        return body
    }

    private mutating func statement() throws(LuaError) -> LuaStatement {
        if takes("local") { return try locals() }
        if takes("if") { return try choice() }
        if takes("for") { return try loop() }
        if takes("while") {
            let condition = try expression()
            try expect("do")
            let body = try block(until: ["end"])
            try expect("end")
            return .whileTrue(condition, body)
        }
        if takes("do") {
            let body = try block(until: ["end"])
            try expect("end")
            return .block(body)
        }
        if takes("break") { return .leaveLoop }
        if takes("return") {
            let ends: [LuaToken] = [.name("end"), .name("else"), .name("elseif"), .end, .sign(";")]
            return .returns(ends.contains(current) ? [] : try expressions())
        }
        return try assignmentOrCall()
    }

    /// `local a, b = x, y`. The values are read before the names are known.
    private mutating func locals() throws(LuaError) -> LuaStatement {
        var names = [try name()]
        while takes(",") { names.append(try name()) }
        let values = takes("=") ? try expressions() : []
        return .assignLocals(names.map { declare($0) }, values)
    }

    private mutating func choice() throws(LuaError) -> LuaStatement {
        var cases: [(condition: LuaExpression, body: [LuaStatement])] = []
        repeat {
            let condition = try expression()
            try expect("then")
            cases.append((condition, try block(until: ["elseif", "else", "end"])))
        } while takes("elseif")
        let otherwise = takes("else") ? try block(until: ["end"]) : []
        try expect("end")
        return .choose(cases, otherwise: otherwise)
    }

    private mutating func loop() throws(LuaError) -> LuaStatement {
        let first = try name()
        defer { scopes.removeLast() }
        if takes("=") {
            let from = try expression()
            try expect(",")
            let to = try expression()
            let by = takes(",") ? try expression() : nil
            scopes.append([:])
            let counter = declare(first)
            return .count(counter, from: from, to: to, by: by, try loopBody())
        }
        try expect(",")
        let second = try name()
        try expect("in")
        try expect("ipairs")
        try expect("(")
        let list = try expression()
        try expect(")")
        scopes.append([:])
        let index = declare(first)
        return .eachOf(list, index: index, value: declare(second), try loopBody())
    }

    private mutating func loopBody() throws(LuaError) -> [LuaStatement] {
        try expect("do")
        let body = try block(until: ["end"])
        try expect("end")
        return body
    }

    private mutating func assignmentOrCall() throws(LuaError) -> LuaStatement {
        var targets = [try suffixed()]
        if case .call(let function, let arguments) = targets[0] { return .call(function, arguments) }
        while takes(",") { targets.append(try suffixed()) }
        try expect("=")
        return .assign(targets, try expressions())
    }

    // MARK: Expressions

    private mutating func expressions() throws(LuaError) -> [LuaExpression] {
        var list = [try expression()]
        while takes(",") { list.append(try expression()) }
        return list
    }

    private mutating func expression() throws(LuaError) -> LuaExpression {
        var left = try conjunction()
        while takes("or") { left = .or(left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws(LuaError) -> LuaExpression {
        var left = try binary(3)
        while takes("and") { left = .and(left, try binary(3)) }
        return left
    }

    private mutating func binary(_ strength: Int) throws(LuaError) -> LuaExpression {
        if strength > 6 { return try unary() }
        var left = try binary(strength + 1)
        while case .sign(let sign) = current, let operation = LuaBinary(rawValue: sign), operation.strength == strength
        {
            advance()
            // `..` binds to the right.
            let right = operation == .join ? try binary(strength) : try binary(strength + 1)
            left = .binary(operation, left, right)
        }
        return left
    }

    private mutating func unary() throws(LuaError) -> LuaExpression {
        if takes("not") { return .unary(.not, try unary()) }
        if takes("-") { return .unary(.minus, try unary()) }
        if takes("#") { return .unary(.length, try unary()) }
        return try suffixed()
    }

    private mutating func suffixed() throws(LuaError) -> LuaExpression {
        var value = try primary()
        while true {
            if takes("[") {
                value = .element(of: value, at: try expression())
                try expect("]")
            } else if takes(".") {
                value = .element(of: value, at: .constant(.text(Array(try name().utf8))))
            } else {
                return value
            }
        }
    }

    private mutating func primary() throws(LuaError) -> LuaExpression {
        switch current {
        case .number(let number):
            advance()
            return .constant(.number(number))
        case .text(let text):
            advance()
            return .constant(.text(text))
        case .sign("("):
            advance()
            let inner = try expression()
            try expect(")")
            return inner
        case .sign("{"): return try table()
        case .name("nil"):
            advance()
            return .constant(.none)
        case .name("true"), .name("false"):
            defer { advance() }
            return .constant(.flag(current == .name("true")))
        case .name(let name):
            advance()
            if let found = find(name) { return .local(found) }
            var full = name
            if takes(".") { full += "." + (try self.name()) }
            guard let function = LuaFunction(rawValue: full) else {
                throw LuaError("'\(full)' is neither a local variable nor a known function")
            }
            try expect("(")
            if takes(")") { return .call(function, []) }
            let arguments = try expressions()
            try expect(")")
            return .call(function, arguments)
        default: throw unexpected()
        }
    }

    private mutating func table() throws(LuaError) -> LuaExpression {
        try expect("{")
        var entries: [(key: LuaExpression?, value: LuaExpression)] = []
        while !takes("}") {
            if case .name(let name) = current, tokens[place + 1] == .sign("=") {
                advance()
                advance()
                entries.append((.constant(.text(Array(name.utf8))), try expression()))
            } else {
                entries.append((nil, try expression()))
            }
            if !takes(",") && !takes(";") {
                try expect("}")
                break
            }
        }
        return .table(entries)
    }
}
