// Streams, without waiting.

import Redis

struct StreamValue {
    struct Entry {
        let id: StreamID
        let fields: [(name: Bytes, value: Bytes)]
    }

    /// In the order of their ids.
    var entries: [Entry] = []
    var last = StreamID.zero

    /// The place of the first entry at or behind an id.
    func place(of id: StreamID) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension StreamValue.Entry {
    var reply: RedisValue {
        .array([.text(id.description), .array(fields.flatMap { [.bytes($0.name), .bytes($0.value)] })])
    }
}

extension RedisStandIn {
    func stream(_ key: String) throws(RedisFault) -> StreamValue? {
        switch value(key) {
        case nil: return nil
        case .stream(let stream): return stream
        default: throw .wrongType
        }
    }

    func streamCommand(_ name: String, _ arguments: Arguments) throws(RedisFault) -> RedisValue {
        let key = try arguments.text(1)
        switch name {
        case "XADD": return try append(key, arguments)
        case "XLEN": return .integer(Int64(try stream(key)?.entries.count ?? 0))
        case "XDEL":
            try arguments.expect(arguments.count > 2)
            var ids: [StreamID] = []
            for word in arguments.words.dropFirst(2) { ids.append(try Self.id(word.text)) }
            return .integer(Int64(try delete(ids, from: key)))
        case "XTRIM":
            var index = 2
            guard let bound = try trimming(arguments, &index), index == arguments.count else { throw .syntax }
            return .integer(Int64(try trim(key, bound)))
        default: return try range(key, arguments)
        }
    }

    private func change(_ key: String, _ body: (inout StreamValue) -> Void) throws(RedisFault) {
        var stream = try stream(key) ?? StreamValue()
        // Held here alone while it changes, so that it is not copied.
        values[key] = nil
        body(&stream)
        values[key] = .stream(stream)
    }

    /// `XADD key [MAXLEN|MINID [=|~] bound] * field value …`
    private func append(_ key: String, _ arguments: Arguments) throws(RedisFault) -> RedisValue {
        var index = 2
        let bound = try trimming(arguments, &index)
        let idText = try arguments.text(index)
        let words = arguments.words[(index + 1)...]
        try arguments.expect(!words.isEmpty && words.count % 2 == 0)
        let last = try stream(key)?.last ?? .zero
        let id: StreamID
        if idText == "1-*" {
            // A running number.
            id = StreamID(milliseconds: 1, sequence: last.milliseconds == 1 ? last.sequence + 1 : 0)
        } else if idText == "*" {
            let time = UInt64(max(0, now))
            id =
                time > last.milliseconds
                ? StreamID(milliseconds: time, sequence: 0)
                : StreamID(milliseconds: last.milliseconds, sequence: last.sequence + 1)
        } else {
            id = try Self.id(idText)
            guard id > last else {
                throw .error("ERR The ID specified in XADD is equal or smaller than the target stream top item")
            }
        }
        let fields = stride(from: words.startIndex, to: words.endIndex, by: 2).map { (words[$0], words[$0 + 1]) }
        try change(key) {
            $0.entries.append(StreamValue.Entry(id: id, fields: fields))
            $0.last = id
        }
        if let bound { _ = try trim(key, bound) }
        if !touched.contains(key) { touched.append(key) }
        onAppend(key, id, fields)
        return .text(id.description)
    }

    private func delete(_ ids: [StreamID], from key: String) throws(RedisFault) -> Int {
        guard try stream(key) != nil else { return 0 }
        var count = 0
        try change(key) {
            for id in ids {
                let place = $0.place(of: id)
                guard place < $0.entries.count, $0.entries[place].id == id else { continue }
                $0.entries.remove(at: place)
                count += 1
            }
        }
        return count
    }

    func remove(_ ids: [StreamID], from key: String) { _ = try? delete(ids, from: key) }

    enum Bound {
        case length(Int)
        case least(StreamID)
    }

    /// Reads `MAXLEN|MINID [=|~] bound` from `index`, if it is there.
    private func trimming(_ arguments: Arguments, _ index: inout Int) throws(RedisFault) -> Bound? {
        let kind = try arguments.text(index).uppercased()
        guard kind == "MAXLEN" || kind == "MINID" else { return nil }
        index += 1
        if ["=", "~"].contains(try arguments.text(index)) { index += 1 }
        defer { index += 1 }
        return kind == "MAXLEN"
            ? .length(Int(try arguments.integer(index))) : .least(try Self.id(try arguments.text(index)))
    }

    /// A real server trims `~` by whole nodes only, so it may keep a little more.
    private func trim(_ key: String, _ bound: Bound) throws(RedisFault) -> Int {
        guard let stream = try stream(key) else { return 0 }
        let surplus =
            switch bound {
            case .length(let length): max(0, stream.entries.count - length)
            case .least(let id): stream.place(of: id)
            }
        if surplus > 0 { try change(key) { $0.entries.removeFirst(surplus) } }
        return surplus
    }

    /// `XRANGE key start end [COUNT n]`, with `-` and `+` and `(`.
    private func range(_ key: String, _ arguments: Arguments) throws(RedisFault) -> RedisValue {
        let (start, startExcluded) = try Self.end(try arguments.text(2), of: 0)
        let (end, endExcluded) = try Self.end(try arguments.text(3), of: .max)
        var limit = Int.max
        if arguments.count > 4 {
            guard try arguments.text(4).uppercased() == "COUNT" else { throw .syntax }
            limit = Int(try arguments.integer(5))
        }
        guard let stream = try stream(key) else { return .array([]) }
        let found = stream.entries[stream.place(of: start)...].prefix { $0.id <= end }
            .filter { !(startExcluded && $0.id == start) && !(endExcluded && $0.id == end) }
        return .array(found.prefix(limit).map(\.reply))
    }

    private static func end(_ text: String, of sequence: UInt64) throws(RedisFault) -> (StreamID, isExcluded: Bool) {
        switch text {
        case "-": return (.zero, false)
        case "+": return (StreamID(milliseconds: .max, sequence: .max), false)
        default:
            let isExcluded = text.hasPrefix("(")
            return (try id(isExcluded ? String(text.dropFirst()) : text, sequence: sequence), isExcluded)
        }
    }

    /// A sequence that is not given is `sequence`.
    static func id(_ text: String, sequence: UInt64 = 0) throws(RedisFault) -> StreamID {
        if let id = StreamID(text) { return id }
        guard let milliseconds = UInt64(text) else {
            throw .error("ERR Invalid stream ID specified as stream command argument")
        }
        return StreamID(milliseconds: milliseconds, sequence: sequence)
    }
}
