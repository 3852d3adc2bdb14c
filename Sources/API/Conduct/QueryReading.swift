// The parameters of a query as an endpoint has them: decoded, converted and checked, with everything that is wrong noted.

import Codec
import HTTP

extension Validator {
    /// An object with the parameters that were given.
    mutating func read(query: Span<UInt8>, _ parameters: [Parameter]) -> JSONValue {
        var members: [JSONValue.Member] = []
        var start = 0
        while start < query.count {
            var end = start
            while end < query.count, query[end] != UInt8(ascii: "&") { end += 1 }
            if start < end { read(query.extracting(start..<end), parameters, into: &members) }
            start = end + 1
        }
        for parameter in parameters where parameter.place == .query && parameter.isRequired {
            if !members.contains(where: { $0.key == parameter.name }) {
                note(parameter.name, "required", "is required")
            }
        }
        return .object(members)
    }

    private mutating func read(_ pair: Span<UInt8>, _ parameters: [Parameter], into members: inout [JSONValue.Member]) {
        var equals = 0
        while equals < pair.count, pair[equals] != UInt8(ascii: "=") { equals += 1 }
        guard let name = Self.text(pair.extracting(..<equals)),
            let value = Self.text(pair.extracting(min(equals + 1, pair.count)...))
        else { return note("", "format", "the query must be percent-encoded UTF-8") }
        guard let parameter = parameters.first(where: { $0.place == .query && $0.name == name }) else {
            return note(String(name.unicodeScalars.prefix(64)), "unknown", "is not a parameter of this endpoint")
        }
        guard !members.contains(where: { $0.key == name }) else {
            return note(name, "repeated", "must be given once")
        }
        let converted = Self.convert(value, to: parameter.schema)
        check(converted, parameter.schema, at: name)
        members.append(.init(name, converted))
    }

    /// A text that is none of the schema's stays a text, which `check` then refuses.
    private static func convert(_ text: String, to schema: Schema) -> JSONValue {
        switch schema {
        case .integer:
            // As JSON writes it: `+1`, `01` and the digits of other scripts are no integers.
            if let number = JSONNumber(text), number.integer != nil { return .number(number) }
        case .boolean:
            if text == "true" { return .bool(true) }
            if text == "false" { return .bool(false) }
        case .text, .time, .choice, .array, .object, .anyObject: break
        }
        return .string(text)
    }

    /// What clients of HTTP make of a form: `+` is a space, unlike in WeCom's queries.
    static func text(_ encoded: Span<UInt8>) -> String? {
        var spaced: [UInt8] = []
        spaced.reserveCapacity(encoded.count)
        for index in encoded.indices {
            spaced.append(encoded[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : encoded[index])
        }
        return decoded(spaced.span)
    }

    /// Percent-encoded UTF-8, as in a path.
    static func decoded(_ encoded: Span<UInt8>) -> String? {
        var decoded: [UInt8] = []
        guard (try? Percent.decode(encoded, appendingTo: &decoded)) != nil, UTF8Check.isValid(decoded.span) else {
            return nil
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}
