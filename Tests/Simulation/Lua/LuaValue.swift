// The values of the small Lua in which the stand-in for Redis runs Weir's own scripts.

typealias Bytes = [UInt8]

enum LuaValue: Equatable {
    case none
    case flag(Bool)
    case number(Double)
    case text(Bytes)
    case table(LuaTable)

    var isTrue: Bool {
        switch self {
        case .none, .flag(false): false
        default: true
        }
    }

    /// Numbers and what reads as one.
    var asNumber: Double? {
        switch self {
        case .number(let number): number
        case .text(let bytes): Double(String(decoding: bytes, as: UTF8.self))
        default: nil
        }
    }

    /// Texts and numbers: what can be joined, and what is an argument of `redis.call`.
    var asBytes: Bytes? {
        switch self {
        case .text(let bytes): bytes
        case .number(let number): Array(Self.text(of: number).utf8)
        default: nil
        }
    }

    static func text(of number: Double) -> String {
        if let whole = Int64(exactly: number) { return String(whole) }
        return "\(number)"
    }

    /// What `type` says.
    var kind: String {
        switch self {
        case .none: "nil"
        case .flag: "boolean"
        case .number: "number"
        case .text: "string"
        case .table: "table"
        }
    }
}

final class LuaTable: Equatable {
    /// From index 1 on, without a gap.
    var list: [LuaValue] = []
    var named: [Bytes: LuaValue] = [:]

    init(_ list: [LuaValue] = []) { self.list = list }

    subscript(key: LuaValue) -> LuaValue {
        get {
            switch key {
            case .number(let number):
                let index = Int(number) - 1
                return list.indices.contains(index) ? list[index] : .none
            case .text(let name): return named[name] ?? .none
            default: return .none
            }
        }
        set {
            switch key {
            case .number(let number):
                let index = Int(number) - 1
                if list.indices.contains(index) {
                    list[index] = newValue
                } else if index == list.count {
                    list.append(newValue)
                }
            case .text(let name): named[name] = newValue
            default: break
            }
        }
    }

    static func == (left: LuaTable, right: LuaTable) -> Bool { left === right }
}

/// A script that this Lua cannot read or run, or an error that the script raised.
struct LuaError: Error, Equatable {
    let message: String
    init(_ message: String) { self.message = message }
}
