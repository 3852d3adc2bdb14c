// One event: what the edge makes of a callback or a request, what the streams keep, what rules match and tenants receive.
// All values lie behind one another in one array of bytes, so an event costs two allocations however many fields it has.

import Codec

package struct Event: Sendable {
    package internal(set) var type: EventType
    package internal(set) var time: Timestamp

    private var bytes: [UInt8]
    /// In the order of the schema, at most one per field.
    private(set) var places: [Place]
    /// Whether `raw` is UTF-8: asked once, where it comes from.
    private(set) var isRawText = true

    /// Where a field's value lies in `bytes`.
    struct Place {
        var field: Field
        var start: Int
        var count: Int
    }

    package init(_ type: EventType, at time: Timestamp, source: EventSource) {
        self.init()
        restart(type, at: time, source: source)
    }

    /// An event that says nothing yet: for the reader, which finds type and time among the other fields, and for whoever makes
    /// one event after the other in the same memory.
    package init() {
        type = .unknown
        time = .epoch
        // What a message's fields take, its raw document included.
        bytes = []
        bytes.reserveCapacity(2048)
        places = []
        places.reserveCapacity(24)
    }

    /// Makes another event of this one, in its memory.
    package mutating func restart(_ type: EventType, at time: Timestamp, source: EventSource) {
        self.type = type
        self.time = time
        isRawText = true
        bytes.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        put(.type, type.name)
        put(time, as: .time)
        put(.source, source.rawValue)
    }
}

// MARK: - Values

extension Event {
    /// The fields the event has, in the schema's order.
    package var fields: [Field] { places.map(\.field) }

    package func has(_ field: Field) -> Bool { index(of: field) != nil }

    /// The value's bytes, without a copy. All but `raw` are valid UTF-8; `type`, `time` and numbers are in the form a
    /// record has them in, flags are `true` or `false`.
    @_lifetime(borrow self)
    package func value(of field: Field) -> Span<UInt8>? {
        guard let index = index(of: field) else { return nil }
        return value(at: places[index])
    }

    @_lifetime(borrow self)
    func value(at place: Place) -> Span<UInt8> {
        bytes.span.extracting(place.start..<place.start &+ place.count)
    }

    /// A copy of a field's value; empty if there is none.
    package func bytes(of field: Field) -> [UInt8] {
        var copy: [UInt8] = []
        if let value = value(of: field) { copy.append(copying: value) }
        return copy
    }

    package func text(of field: Field) -> String? {
        guard let value = value(of: field) else { return nil }
        return String(copying: value)
    }

    /// Nil also when the number is too large for a double.
    package func number(of field: Field) -> Double? {
        guard let text = text(of: field), let number = Double(text), number.isFinite else { return nil }
        return number
    }

    package func moment(of field: Field) -> Timestamp? {
        guard let value = value(of: field) else { return nil }
        return Timestamp(rfc3339: value)
    }

    package func flag(of field: Field) -> Bool? {
        guard let value = value(of: field) else { return nil }
        return value.count == Self.yes.utf8.count
    }

    static let yes = "true"
    static let no = "false"
}

// MARK: - Setting values

extension Event {
    /// Sets a field to what somebody else wrote. False, and nothing set, if that is no value of the field's kind: a number
    /// must be one in JSON's grammar, a time one in RFC 3339, a flag `true` or `false`. Text that is not UTF-8 is repaired,
    /// except in `raw`; whether a token is in the vocabulary is its producer's care, since a record may be of a newer version.
    /// - isUTF8: the caller knows that it is, having scanned the document it stands in.
    @discardableResult
    package mutating func set(_ field: Field, to value: Span<UInt8>, isUTF8: Bool = false) -> Bool {
        precondition(field != .type && field != .time, "\(field) is given when an event is made")
        switch field.form {
        case .text:
            let isText = isUTF8 || UTF8Check.isValid(value)
            if field == .raw { isRawText = isText }
            if isText || field == .raw {
                put(field, value)
            } else {
                put(field, String(copying: value))
            }
        case .number:
            guard isNumber(value) else { return false }
            put(field, value)
        case .time:
            guard let time = Timestamp(rfc3339: value) else { return false }
            set(field, to: time)
        case .flag:
            let isYes = ASCII.equal(value, Self.yes.utf8.span)
            guard isYes || ASCII.equal(value, Self.no.utf8.span) else { return false }
            put(field, value)
        }
        return true
    }

    @discardableResult
    package mutating func set(_ field: Field, to value: String) -> Bool {
        set(field, to: value.utf8.span)
    }

    package mutating func set(_ field: Field, to flag: Bool) {
        precondition(field.form == .flag, "\(field) is not a flag")
        put(field, flag ? Self.yes : Self.no)
    }

    package mutating func set(_ field: Field, to number: Int) {
        precondition(field.form == .number, "\(field) is not a number")
        put(field, String(number))
    }

    package mutating func set(_ field: Field, to time: Timestamp) {
        precondition(field.form == .time && field != .time, "\(field) is no time, or is given when an event is made")
        put(time, as: field)
    }

    package mutating func set(_ field: Field, to id: EventID) {
        precondition(field == .id, "\(field) is not the id")
        let start = bytes.count
        id.append(to: &bytes)
        place(field, from: start)
    }

    mutating func put(_ field: Field, _ value: Span<UInt8>) {
        let start = bytes.count
        bytes.append(copying: value)
        place(field, from: start)
    }

    mutating func put(_ field: Field, _ value: String) {
        let start = bytes.count
        bytes.append(text: value)
        place(field, from: start)
    }

    mutating func put(_ time: Timestamp, as field: Field) {
        let start = bytes.count
        time.append(to: &bytes)
        place(field, from: start)
    }

    /// Ends a value that was appended to `bytes`. An earlier value of the field stays there unused: it is rare.
    private mutating func place(_ field: Field, from start: Int) {
        let place = Place(field: field, start: start, count: bytes.count - start)
        // Normalisers set fields nearly in the schema's order, so the place is found at the end.
        var index = places.count
        while index > 0, places[index - 1].field.rawValue > field.rawValue { index -= 1 }
        if index > 0, places[index - 1].field == field {
            places[index - 1] = place
        } else if index == places.count {
            places.append(place)
        } else {
            places.insert(place, at: index)
        }
    }

    private func index(of field: Field) -> Int? {
        for index in places.indices where places[index].field == field { return index }
        return nil
    }
}

extension Event: Equatable {
    package static func == (left: Event, right: Event) -> Bool {
        guard left.fields == right.fields else { return false }
        for field in left.fields {
            guard let one = left.value(of: field), let other = right.value(of: field), ASCII.equal(one, other) else {
                return false
            }
        }
        return true
    }
}

extension Event: CustomStringConvertible {
    /// For logs and tests: what each field says, but of secret ones only that they are there.
    package var description: String {
        fields.map { "\($0.name)=\($0.isSecret ? "***" : text(of: $0) ?? "")" }.joined(separator: " ")
    }
}
