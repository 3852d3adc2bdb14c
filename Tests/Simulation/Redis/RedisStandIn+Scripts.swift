// Scripts: loaded, named by their SHA-1, run by the small Lua. What passes between Lua and Redis follows the rules of Redis'
// "Lua API reference": nil is false, a number loses its fraction, a list ends at the first nil.

import Crypto
import Redis
import Synchronization

struct LoadedScript {
    let source: String
    /// As Weir wrote it, it looks at a lease.
    let isFenced: Bool
    let program: LuaProgram
}

/// What a simulation is told of one run of a script.
struct ScriptRun {
    let isFenced: Bool
    let keys: [String]
    let arguments: [Bytes]
}

extension RedisStandIn {
    func script(_ arguments: Arguments) throws(RedisFault) -> RedisValue {
        switch try arguments.text(1).uppercased() {
        case "LOAD":
            let source = try arguments.text(2)
            let name = Self.name(of: source)
            do throws(LuaError) {
                let program = try LuaProgram.cached(tamperScript?(source) ?? source)
                scripts[name] = LoadedScript(source: source, isFenced: source.contains("FENCED"), program: program)
            } catch {
                throw .error("ERR Error compiling script: \(error.message)")
            }
            return .text(name)
        case "FLUSH":
            scripts.removeAll()
            return .status("OK")
        default: throw .syntax
        }
    }

    /// `EVALSHA name count key … argument …`
    func evaluate(_ arguments: Arguments) throws(RedisFault) -> RedisValue {
        guard let script = scripts[try arguments.text(1)] else {
            throw .error("NOSCRIPT No matching script. Please use EVAL.")
        }
        let count = Int(try arguments.integer(2))
        guard count >= 0, count + 3 <= arguments.count else {
            throw .error("ERR Number of keys can't be greater than number of args")
        }
        let keys = Array(arguments.words[3..<3 + count])
        let rest = Array(arguments.words[(3 + count)...])
        let wasFull = isFull
        var hasWritten = false
        let reply: RedisValue
        do throws(LuaError) {
            let result = try LuaMachine.run(script.program, keys: keys, arguments: rest) {
                [self] (words) throws(LuaError) in
                let name = Arguments.name(of: words)
                // Redis looks before a script's first write, and lets one that has written go on.
                if wasFull, !hasWritten, Self.needMemory.contains(name) {
                    throw LuaError(RedisFault.outOfMemory.message)
                }
                if Self.writes.contains(name) { hasWritten = true }
                do throws(RedisFault) {
                    return Self.lua(try command(name, words, nil))
                } catch {
                    throw LuaError(error.message)
                }
            }
            reply = Self.reply(result)
        } catch {
            reply = .error(error.message.first?.isUppercase == true ? error.message : "ERR \(error.message)")
        }
        if hasWritten {
            onScript(ScriptRun(isFenced: script.isFenced, keys: keys.map(\.text), arguments: rest))
        }
        return reply
    }

    private static func name(of source: String) -> String {
        if let known = names.withLock({ $0[source] }) { return known }
        var sha1 = try? SHA1()
        let name = (try? sha1?.digest(Array(source.utf8).span))?.description ?? source
        names.withLock { $0[source] = name }
        return name
    }

    private static let names = Mutex<[String: String]>([:])

    private static func lua(_ reply: RedisValue) -> LuaValue {
        switch reply {
        case .null: return .flag(false)
        case .integer(let number): return .number(Double(number))
        case .bytes(let bytes): return .text(bytes)
        case .array(let values): return .table(LuaTable(values.map(lua)))
        case .status(let text), .error(let text):
            let table = LuaTable()
            table.named[Array("ok".utf8)] = .text(Array(text.utf8))
            return .table(table)
        }
    }

    private static func reply(_ value: LuaValue) -> RedisValue {
        switch value {
        case .none, .flag(false): return .null
        case .flag(true): return .integer(1)
        case .number(let number): return .integer(Int64(number))
        case .text(let bytes): return .bytes(bytes)
        case .table(let table):
            if let text = table.named[Array("err".utf8)]?.asBytes { return .error(text.text) }
            if let text = table.named[Array("ok".utf8)]?.asBytes { return .status(text.text) }
            return .array(table.list.prefix { $0 != .none }.map(reply))
        }
    }
}
