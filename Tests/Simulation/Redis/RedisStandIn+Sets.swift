// Sorted sets and hashes.

import Redis

struct SortedValue {
    struct Member {
        let score: Double
        let name: Bytes

        static func < (left: Member, right: Member) -> Bool {
            left.score == right.score ? left.name.lexicographicallyPrecedes(right.name) : left.score < right.score
        }
    }

    var scores: [Bytes: Double] = [:]
    /// By score, then by name.
    var members: [Member] { scores.map { Member(score: $1, name: $0) }.sorted(by: <) }
}

struct HashValue {
    /// In the order in which the fields were first set, as a real small hash keeps them.
    var fields: [(name: Bytes, value: Bytes)] = []

    mutating func set(_ name: Bytes, _ value: Bytes) -> Bool {
        if let index = fields.firstIndex(where: { $0.name == name }) {
            fields[index].value = value
            return false
        }
        fields.append((name, value))
        return true
    }
}

extension RedisStandIn {
    private func sorted(_ key: String) throws(RedisFault) -> SortedValue? {
        switch value(key) {
        case nil: return nil
        case .sorted(let value): return value
        default: throw .wrongType
        }
    }

    private func keep(_ set: SortedValue, at key: String) {
        if set.scores.isEmpty { forget(key) } else { values[key] = .sorted(set) }
    }

    func sortedCommand(_ name: String, _ arguments: Arguments) throws(RedisFault) -> RedisValue {
        let key = try arguments.text(1)
        switch name {
        case "ZADD":
            try arguments.expect(arguments.count > 3)
            guard arguments.count % 2 == 0 else { throw .syntax }
            // Before the look at the key, as on a real server.
            let places = Array(stride(from: 2, to: arguments.count, by: 2))
            let scores = try places.map { (place) throws(RedisFault) in try Self.score(try arguments.text(place)) }
            var set = try sorted(key) ?? SortedValue()
            var added: Int64 = 0
            for (place, score) in zip(places, scores) {
                if set.scores.updateValue(score, forKey: arguments.words[place + 1]) == nil { added += 1 }
            }
            keep(set, at: key)
            return .integer(added)
        case "ZREM":
            try arguments.expect(arguments.count > 2)
            guard var set = try sorted(key) else { return .integer(0) }
            let removed = arguments.words.dropFirst(2).filter { set.scores.removeValue(forKey: $0) != nil }.count
            keep(set, at: key)
            return .integer(Int64(removed))
        case "ZSCORE":
            return try sorted(key)?.scores[try arguments.bytes(2)].map { .text(Self.text(of: $0)) } ?? .null
        case "ZCARD": return .integer(Int64(try sorted(key)?.scores.count ?? 0))
        case "ZREMRANGEBYSCORE":
            guard var set = try sorted(key) else { return .integer(0) }
            let gone = try Self.within(set, try arguments.text(2), try arguments.text(3))
            for member in gone { set.scores[member.name] = nil }
            keep(set, at: key)
            return .integer(Int64(gone.count))
        default: return try range(key, arguments)
        }
    }

    /// `ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]`
    private func range(_ key: String, _ arguments: Arguments) throws(RedisFault) -> RedisValue {
        var hasScores = false
        var limits: (offset: Int, count: Int) = (0, .max)
        var index = 4
        while index < arguments.count {
            switch try arguments.text(index).uppercased() {
            case "WITHSCORES": hasScores = true
            case "LIMIT":
                limits = (Int(try arguments.integer(index + 1)), Int(try arguments.integer(index + 2)))
                index += 2
            default: throw .syntax
            }
            index += 1
        }
        let (least, most) = (try arguments.text(2), try arguments.text(3))
        let found = try Self.within(try sorted(key) ?? SortedValue(), least, most)
        let chosen = found.dropFirst(limits.offset).prefix(limits.count < 0 ? .max : limits.count)
        return .array(
            chosen.flatMap { member -> [RedisValue] in
                hasScores ? [.bytes(member.name), .text(Self.text(of: member.score))] : [.bytes(member.name)]
            })
    }

    private static func within(
        _ set: SortedValue, _ least: String, _ most: String
    ) throws(RedisFault) -> [SortedValue.Member] {
        let low = try bound(least)
        let high = try bound(most)
        return set.members.filter { member in
            (low.isExcluded ? member.score > low.score : member.score >= low.score)
                && (high.isExcluded ? member.score < high.score : member.score <= high.score)
        }
    }

    private static func bound(_ text: String) throws(RedisFault) -> (score: Double, isExcluded: Bool) {
        let isExcluded = text.hasPrefix("(")
        guard let score = Double(isExcluded ? String(text.dropFirst()) : text) else {
            throw .error("ERR min or max is not a float")
        }
        return (score, isExcluded)
    }

    private static func score(_ text: String) throws(RedisFault) -> Double {
        guard let score = Double(text), !score.isNaN else { throw .error("ERR value is not a valid float") }
        return score
    }

    private static func text(of score: Double) -> String { LuaValue.text(of: score) }

    // MARK: Hashes

    func hashCommand(_ name: String, _ arguments: Arguments) throws(RedisFault) -> RedisValue {
        let key = try arguments.text(1)
        // Before the look at the key, as on a real server.
        if name == "HINCRBY" { _ = try arguments.integer(3) }
        var hash: HashValue
        switch value(key) {
        case nil: hash = HashValue()
        case .hash(let value): hash = value
        default: throw .wrongType
        }
        switch name {
        case "HSET":
            try arguments.expect(arguments.count > 3 && arguments.count % 2 == 0)
            var added: Int64 = 0
            for index in stride(from: 2, to: arguments.count, by: 2) {
                if hash.set(arguments.words[index], arguments.words[index + 1]) { added += 1 }
            }
            values[key] = .hash(hash)
            return .integer(added)
        case "HGET", "HEXISTS":
            try arguments.expect(arguments.count == 3)
            let found = hash.fields.first { $0.name == arguments.words[2] }?.value
            if name == "HEXISTS" { return .integer(found == nil ? 0 : 1) }
            return found.map { .bytes($0) } ?? .null
        case "HINCRBY":
            try arguments.expect(arguments.count == 4)
            let name = try arguments.bytes(2)
            let step = try arguments.integer(3)
            let old = hash.fields.first { $0.name == name }?.value ?? Array("0".utf8)
            guard let number = Int64(old.text) else { throw .error("ERR hash value is not an integer") }
            _ = hash.set(name, Array(String(number + step).utf8))
            values[key] = .hash(hash)
            return .integer(number + step)
        case "HLEN": return .integer(Int64(hash.fields.count))
        default: return .array(hash.fields.flatMap { [.bytes($0.name), .bytes($0.value)] })
        }
    }
}
