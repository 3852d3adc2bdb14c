// Runs a script's tree. A script is a few dozen steps, so walking the tree is fast enough.

struct LuaMachine {
    private enum Flow {
        case on
        case leaveLoop
        case returns([LuaValue])
    }

    private var frame: [LuaValue]
    private let redis: (_ arguments: [Bytes]) throws(LuaError) -> LuaValue
    private var steps = 0
    /// A script of ours that runs longer never ends.
    private static let stepsMax = 1_000_000

    /// What the script returns: its first value.
    static func run(
        _ program: LuaProgram, keys: [Bytes], arguments: [Bytes],
        redis: @escaping (_ arguments: [Bytes]) throws(LuaError) -> LuaValue
    ) throws(LuaError) -> LuaValue {
        var machine = LuaMachine(program, keys, arguments, redis)
        guard case .returns(let values) = try machine.run(program.body) else { return .none }
        return values.first ?? .none
    }

    private init(
        _ program: LuaProgram, _ keys: [Bytes], _ arguments: [Bytes],
        _ redis: @escaping (_ arguments: [Bytes]) throws(LuaError) -> LuaValue
    ) {
        frame = Array(repeating: .none, count: program.places)
        frame[0] = .table(LuaTable(keys.map { .text($0) }))
        frame[1] = .table(LuaTable(arguments.map { .text($0) }))
        self.redis = redis
    }

    // MARK: Statements

    private mutating func run(_ body: [LuaStatement]) throws(LuaError) -> Flow {
        for statement in body {
            steps += 1
            if steps > Self.stepsMax { throw LuaError("the script does not end") }
            let flow = try run(statement)
            guard case .on = flow else { return flow }
        }
        return .on
    }

    private mutating func run(_ statement: LuaStatement) throws(LuaError) -> Flow {
        switch statement {
        case .assignLocals(let places, let values):
            let found = try all(values)
            for (index, place) in places.enumerated() { frame[place] = index < found.count ? found[index] : .none }
        case .assign(let targets, let values):
            let found = try all(values)
            for (index, target) in targets.enumerated() {
                try assign(index < found.count ? found[index] : .none, to: target)
            }
        case .call(let function, let arguments): _ = try call(function, try all(arguments))
        case .choose(let cases, let otherwise):
            for (condition, body) in cases where try one(condition).isTrue { return try run(body) }
            return try run(otherwise)
        case .whileTrue(let condition, let body):
            while try one(condition).isTrue {
                switch try run(body) {
                case .on: continue
                case .leaveLoop: return .on
                case .returns(let values): return .returns(values)
                }
            }
        case .count(let place, let from, let to, let by, let body):
            var value = try number(try one(from))
            let end = try number(try one(to))
            let step = try by.map { (by) throws(LuaError) in try number(try one(by)) } ?? 1
            while step > 0 ? value <= end : value >= end {
                frame[place] = .number(value)
                switch try run(body) {
                case .on: value += step
                case .leaveLoop: return .on
                case .returns(let values): return .returns(values)
                }
            }
        case .eachOf(let list, let index, let place, let body):
            guard case .table(let table) = try one(list) else { throw LuaError("ipairs of no table") }
            for (number, value) in table.list.enumerated() where value != .none {
                frame[index] = .number(Double(number + 1))
                frame[place] = value
                switch try run(body) {
                case .on: continue
                case .leaveLoop: return .on
                case .returns(let values): return .returns(values)
                }
            }
        case .block(let body): return try run(body)
        case .returns(let values): return .returns(try all(values))
        case .leaveLoop: return .leaveLoop
        }
        return .on
    }

    private mutating func assign(_ value: LuaValue, to target: LuaExpression) throws(LuaError) {
        switch target {
        case .local(let place): frame[place] = value
        case .element(let holder, let key):
            guard case .table(let table) = try one(holder) else { throw LuaError("indexing what is no table") }
            table[try one(key)] = value
        default: throw LuaError("cannot assign to that")
        }
    }

    // MARK: Expressions

    /// The values of a list; the last one, if it is a call, gives all it has.
    private mutating func all(_ expressions: [LuaExpression]) throws(LuaError) -> [LuaValue] {
        var values: [LuaValue] = []
        values.reserveCapacity(expressions.count)
        for (index, expression) in expressions.enumerated() {
            if index == expressions.count - 1, case .call(let function, let arguments) = expression {
                values += try call(function, try all(arguments))
            } else {
                values.append(try one(expression))
            }
        }
        return values
    }

    private mutating func one(_ expression: LuaExpression) throws(LuaError) -> LuaValue {
        switch expression {
        case .constant(let value): return value
        case .local(let place): return frame[place]
        case .element(let holder, let key):
            guard case .table(let table) = try one(holder) else { throw LuaError("indexing what is no table") }
            return table[try one(key)]
        case .call(let function, let arguments): return try call(function, try all(arguments)).first ?? .none
        case .table(let entries):
            let table = LuaTable()
            for (key, value) in entries {
                if let key { table[try one(key)] = try one(value) } else { table.list += try all([value]) }
            }
            return .table(table)
        case .unary(let operation, let operand): return try unary(operation, try one(operand))
        case .binary(let operation, let left, let right): return try binary(operation, try one(left), try one(right))
        case .and(let left, let right):
            let value = try one(left)
            return value.isTrue ? try one(right) : value
        case .or(let left, let right):
            let value = try one(left)
            return value.isTrue ? value : try one(right)
        }
    }

    private func unary(_ operation: LuaUnary, _ value: LuaValue) throws(LuaError) -> LuaValue {
        switch (operation, value) {
        case (.not, _): return .flag(!value.isTrue)
        case (.minus, _): return .number(-(try number(value)))
        case (.length, .text(let bytes)): return .number(Double(bytes.count))
        case (.length, .table(let table)): return .number(Double(table.list.count))
        default: throw LuaError("attempt to get length of a \(value.kind) value")
        }
    }

    private func binary(
        _ operation: LuaBinary, _ left: LuaValue, _ right: LuaValue
    ) throws(LuaError) -> LuaValue {
        switch operation {
        case .equal: return .flag(left == right)
        case .unequal: return .flag(left != right)
        case .join:
            guard let one = left.asBytes, let other = right.asBytes else {
                throw LuaError("attempt to concatenate a \(left.kind) and a \(right.kind)")
            }
            return .text(one + other)
        case .add: return .number(try number(left) + number(right))
        case .subtract: return .number(try number(left) - number(right))
        case .multiply: return .number(try number(left) * number(right))
        case .divide: return .number(try number(left) / number(right))
        case .remainder:
            let (one, other) = (try number(left), try number(right))
            return .number(one - (one / other).rounded(.down) * other)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return .flag(try compare(operation, left, right))
        }
    }

    private func compare(_ operation: LuaBinary, _ left: LuaValue, _ right: LuaValue) throws(LuaError) -> Bool {
        let order: Int
        switch (left, right) {
        case (.number(let one), .number(let other)): order = one < other ? -1 : one > other ? 1 : 0
        case (.text(let one), .text(let other)):
            order = one == other ? 0 : one.lexicographicallyPrecedes(other) ? -1 : 1
        default: throw LuaError("attempt to compare \(left.kind) with \(right.kind)")
        }
        switch operation {
        case .less: return order < 0
        case .lessOrEqual: return order <= 0
        case .greater: return order > 0
        default: return order >= 0
        }
    }

    private func number(_ value: LuaValue) throws(LuaError) -> Double {
        guard let number = value.asNumber else {
            throw LuaError("attempt to perform arithmetic on a \(value.kind) value")
        }
        return number
    }

    // MARK: Functions

    private mutating func call(_ function: LuaFunction, _ arguments: [LuaValue]) throws(LuaError) -> [LuaValue] {
        func argument(_ index: Int) -> LuaValue { index < arguments.count ? arguments[index] : .none }
        func text(_ index: Int) throws(LuaError) -> Bytes {
            guard let bytes = argument(index).asBytes else { throw LuaError("bad argument to '\(function.rawValue)'") }
            return bytes
        }
        switch function {
        case .redisCall:
            var words: [Bytes] = []
            words.reserveCapacity(arguments.count)
            for index in arguments.indices { words.append(try text(index)) }
            return [try redis(words)]
        case .redisError, .redisStatus:
            let reply = LuaTable()
            reply.named[Array((function == .redisError ? "err" : "ok").utf8)] = .text(try text(0))
            return [.table(reply)]
        case .sub:
            let bytes = try text(0)
            let range = Self.range(argument(1).asNumber ?? 1, argument(2).asNumber ?? -1, of: bytes.count)
            return [.text(Array(bytes[range]))]
        case .byte:
            let bytes = try text(0)
            let first = argument(1).asNumber ?? 1
            return bytes[Self.range(first, argument(2).asNumber ?? first, of: bytes.count)].map { .number(Double($0)) }
        case .match, .find:
            guard let found = LuaPattern(try text(1)).firstMatch(in: try text(0)) else { return [.none] }
            if function == .match { return [.text(Array(try text(0)[found]))] }
            return [.number(Double(found.lowerBound + 1)), .number(Double(found.upperBound))]
        case .floor: return [.number(try number(argument(0)).rounded(.down))]
        case .min, .max:
            var best = try number(argument(0))
            for value in arguments.dropFirst() {
                let other = try number(value)
                best = function == .min ? Swift.min(best, other) : Swift.max(best, other)
            }
            return [.number(best)]
        case .insert:
            guard case .table(let table) = argument(0) else { throw LuaError("bad argument to 'table.insert'") }
            table.list.append(argument(1))
            return []
        case .concat:
            guard case .table(let table) = argument(0) else { throw LuaError("bad argument to 'table.concat'") }
            return [.text(Array(table.list.map { $0.asBytes ?? [] }.joined(separator: argument(1).asBytes ?? [])))]
        case .toNumber: return [argument(0).asNumber.map { .number($0) } ?? .none]
        case .toText: return [.text(argument(0).asBytes ?? Array(argument(0).kind.utf8))]
        case .type: return [.text(Array(argument(0).kind.utf8))]
        case .unpack:
            guard case .table(let table) = argument(0) else { throw LuaError("bad argument to 'unpack'") }
            let first = Int(argument(1).asNumber ?? 1)
            let last = Int(argument(2).asNumber ?? Double(table.list.count))
            return first > last ? [] : (first...last).map { table[.number(Double($0))] }
        }
    }

    /// Lua's positions count from 1, or from the end when negative.
    private static func range(_ first: Double, _ last: Double, of count: Int) -> Range<Int> {
        let start = Swift.max(first < 0 ? count + Int(first) : Int(first) - 1, 0)
        let end = Swift.min(last < 0 ? count + Int(last) + 1 : Int(last), count)
        return start < end ? start..<end : 0..<0
    }
}
