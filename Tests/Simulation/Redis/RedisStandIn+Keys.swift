// Texts, and what holds for keys of every kind.

import Redis

extension RedisStandIn {
    func keyCommand(_ name: String, _ arguments: Arguments) throws(RedisFault) -> RedisValue {
        switch name {
        case "GET":
            try arguments.expect(arguments.count == 2)
            return try text(try arguments.text(1)).map { .bytes($0) } ?? .null
        case "SET": return try set(arguments)
        case "INCR":
            let key = try arguments.text(1)
            guard let number = Int64(try text(key)?.text ?? "0") else { throw .noInteger }
            values[key] = .text(Array(String(number + 1).utf8))
            return .integer(number + 1)
        case "DEL", "EXISTS":
            try arguments.expect(arguments.count > 1)
            let found = arguments.words.dropFirst().map(\.text).filter { value($0) != nil }
            if name == "DEL" { for key in found { forget(key) } }
            return .integer(Int64(name == "DEL" ? Set(found).count : found.count))
        case "TYPE":
            switch value(try arguments.text(1)) {
            case nil: return .status("none")
            case .text: return .status("string")
            case .stream: return .status("stream")
            case .sorted: return .status("zset")
            case .hash: return .status("hash")
            }
        case "PEXPIRE":
            let key = try arguments.text(1)
            let span = try arguments.integer(2)
            guard value(key) != nil else { return .integer(0) }
            expiries[key] = now + span
            return .integer(1)
        case "PTTL":
            let key = try arguments.text(1)
            guard value(key) != nil else { return .integer(-2) }
            return .integer(expiries[key].map { $0 - now } ?? -1)
        case "KEYS": return .array(values.keys.filter { value($0) != nil }.sorted().map { .text($0) })
        default:
            values.removeAll()
            expiries.removeAll()
            return .status("OK")
        }
    }

    private func text(_ key: String) throws(RedisFault) -> Bytes? {
        switch value(key) {
        case nil: return nil
        case .text(let bytes): return bytes
        default: throw .wrongType
        }
    }

    /// `SET key value [NX|XX] [EX seconds|PX milliseconds]`
    private func set(_ arguments: Arguments) throws(RedisFault) -> RedisValue {
        let key = try arguments.text(1)
        let bytes = try arguments.bytes(2)
        var condition: Bool?
        var expiry: Int64?
        var index = 3
        while index < arguments.count {
            switch try arguments.text(index).uppercased() {
            case "NX": condition = false
            case "XX": condition = true
            case let unit where unit == "EX" || unit == "PX":
                index += 1
                guard index < arguments.count else { throw .syntax }
                let span = try arguments.integer(index)
                guard span > 0 else { throw .error("ERR invalid expire time in 'set' command") }
                expiry = now + (unit == "EX" ? span * 1000 : span)
            default: throw .syntax
            }
            index += 1
        }
        if let condition, (value(key) != nil) != condition { return .null }
        values[key] = .text(bytes)
        expiries[key] = expiry
        return .status("OK")
    }
}
