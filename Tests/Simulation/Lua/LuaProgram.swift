// A Lua script as a tree. Local variables are places in a frame, found when the script is read.

import Synchronization

indirect enum LuaExpression {
    case constant(LuaValue)
    case local(Int)
    case element(of: LuaExpression, at: LuaExpression)
    case call(LuaFunction, [LuaExpression])
    case table([(key: LuaExpression?, value: LuaExpression)])
    case unary(LuaUnary, LuaExpression)
    case binary(LuaBinary, LuaExpression, LuaExpression)
    case and(LuaExpression, LuaExpression)
    case or(LuaExpression, LuaExpression)
}

indirect enum LuaStatement {
    case assignLocals([Int], [LuaExpression])
    case assign([LuaExpression], [LuaExpression])
    case call(LuaFunction, [LuaExpression])
    case choose([(condition: LuaExpression, body: [LuaStatement])], otherwise: [LuaStatement])
    case whileTrue(LuaExpression, [LuaStatement])
    case count(Int, from: LuaExpression, to: LuaExpression, by: LuaExpression?, [LuaStatement])
    case eachOf(LuaExpression, index: Int, value: Int, [LuaStatement])
    case block([LuaStatement])
    case returns([LuaExpression])
    case leaveLoop
}

enum LuaUnary {
    case not, minus, length
}

enum LuaBinary: String {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case join = ".."
    case equal = "=="
    case unequal = "~="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    /// How tightly it binds; `or` and `and` are below.
    var strength: Int {
        switch self {
        case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual: 3
        case .join: 4
        case .add, .subtract: 5
        case .multiply, .divide, .remainder: 6
        }
    }
}

/// Every function that a script may call. Scripts that need another one need it here.
enum LuaFunction: String {
    case redisCall = "redis.call"
    case redisError = "redis.error_reply"
    case redisStatus = "redis.status_reply"
    case sub = "string.sub"
    case byte = "string.byte"
    case match = "string.match"
    case find = "string.find"
    case floor = "math.floor"
    case min = "math.min"
    case max = "math.max"
    case insert = "table.insert"
    case concat = "table.concat"
    case toNumber = "tonumber"
    case toText = "tostring"
    case type = "type"
    case unpack = "unpack"
}

/// Unchecked, as a constant is never a table, which alone could change.
struct LuaProgram: @unchecked Sendable {
    let body: [LuaStatement]
    /// How many places a frame needs; KEYS and ARGV have the first two.
    let places: Int
}

extension LuaProgram {
    /// Scripts are few and constant, and each simulated Redis loads all of them.
    static func cached(_ source: String) throws(LuaError) -> LuaProgram {
        if let known = cache.withLock({ $0[source] }) { return known }
        let program = try LuaParser.program(source)
        cache.withLock { $0[source] = program }
        return program
    }

    private static let cache = Mutex<[String: LuaProgram]>([:])
}
