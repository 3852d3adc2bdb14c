// From a record back to the event. What a newer version of Weir may have added is passed over: unknown fields are ignored,
// an unknown type reads as `unknown` but keeps its name, an unknown word of a token is kept.

import Codec

extension Event {
    package enum Completeness: Sendable {
        /// As the streams keep it: every required field must be there.
        case record
        /// As people write it to try a rule: only the type must be there; the time may be missing.
        case sketch(at: Timestamp)
    }

    package init(json: Span<UInt8>, as completeness: Completeness = .record) throws(EventFault) {
        var reader = EventReader(json)
        do {
            self = try reader.read()
        } catch {
            throw json.count >= 3 && json[0] == 0xEF && json[1] == 0xBB && json[2] == 0xBF ? .byteOrderMark : error
        }
        switch completeness {
        case .record:
            for field in Schema.required where !has(field) { throw .missing(field) }
        case .sketch(let now):
            guard has(.type) else { throw .missing(.type) }
            if !has(.time) {
                time = now
                put(now, as: .time)
            }
        }
    }
}

private struct EventReader: ~Escapable {
    private var scanner: JSONScanner
    private var event = Event()
    /// Keys and values whose escapes had to be undone.
    private var scratch: [UInt8] = []

    @_lifetime(copy json)
    init(_ json: Span<UInt8>) { scanner = JSONScanner(json) }

    @_lifetime(self: copy self)
    mutating func read() throws(EventFault) -> Event {
        guard case .beginObject = try next() else { throw .notAnObject }
        while case .key(let key) = try next() {
            if let field = field(key, in: Schema.recordFieldsByKey) {
                try readValue(of: field)
            } else if scanner.matches(key, "content") {
                try readContent()
            } else if scanner.matches(key, Event.rawInBase64) {
                try readRawInBase64()
            } else {
                try skipValue()
            }
        }
        // Throws if something follows.
        _ = try next()
        return event
    }

    @_lifetime(self: copy self)
    private mutating func readContent() throws(EventFault) {
        guard case .beginObject = try next() else { throw .contentNotAnObject }
        while case .key(let key) = try next() {
            if let field = field(key, in: Schema.contentFieldsByKey) {
                try readValue(of: field)
            } else {
                try skipValue()
            }
        }
    }

    @_lifetime(self: copy self)
    private mutating func readValue(of field: Field) throws(EventFault) {
        let token = try next()
        if event.has(field) { throw .repeated(field) }
        switch (field.form, token) {
        case (_, .null):
            break
        case (.text, .string(let text)):
            // The scanner has checked its UTF-8.
            if let value = scanner.unescaped(text) { put(field, value) } else { putDecoded(field, text) }
        case (.time, .string(let text)):
            guard let moment = Timestamp(rfc3339: scanner.source(text.range)) else { throw .wrongKind(field) }
            if field == .time { event.time = moment }
            event.put(moment, as: field)
        case (.number, .number(let range)):
            event.put(field, scanner.source(range))
        case (.flag, .bool(let flag)):
            event.set(field, to: flag)
        default:
            throw .wrongKind(field)
        }
    }

    private mutating func put(_ field: Field, _ value: Span<UInt8>) {
        if field == .type { event.type = EventType(name: value) ?? .unknown }
        event.put(field, value)
    }

    private mutating func putDecoded(_ field: Field, _ text: JSONText) {
        scratch.removeAll(keepingCapacity: true)
        scanner.append(text, to: &scratch)
        let value = scratch
        put(field, value.span)
    }

    @_lifetime(self: copy self)
    private mutating func readRawInBase64() throws(EventFault) {
        guard case .string(let text) = try next() else { throw .wrongKind(.raw) }
        if event.has(.raw) { throw .repeated(.raw) }
        var raw: [UInt8] = []
        do { try Base64.decode(scanner.source(text.range), appendingTo: &raw) } catch { throw .wrongKind(.raw) }
        event.set(.raw, to: raw.span)
    }

    private func field(_ key: JSONText, in table: NameTable<Field>) -> Field? {
        if let key = scanner.unescaped(key) { return table[key] }
        return table[scanner.string(key)]
    }

    @_lifetime(self: copy self)
    private mutating func skipValue() throws(EventFault) {
        do { try scanner.skipValue() } catch { throw .malformed(error) }
    }

    @_lifetime(self: copy self)
    private mutating func next() throws(EventFault) -> JSONScanner.Token {
        do { return try scanner.next() } catch { throw .malformed(error) }
    }
}
