// The fields of a message Weir sends, checked when they are added and kept as they go over the wire: whoever holds a block can
// send it, and nothing added to it can end a line or start another.

import Codec

package struct FieldBlock: Equatable, Sendable {
    /// Lines of `Name: value` with their CR LF.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func add(_ name: FieldName, _ value: String) throws(FieldFault) {
        try add(name.text, value)
    }

    package mutating func add(_ name: String, _ value: String) throws(FieldFault) {
        let known = try Self.check(name: name)
        // Their value is the writer's to say; a second one could contradict it.
        guard !known.framesMessage, known != .date else { throw .setByWriter(name) }
        for byte in value.utf8 where !byte.mayStandInFieldValue { throw .invalidValue(name) }
        append(name, value)
    }

    /// For values that Weir makes itself of digits.
    package mutating func add(_ name: FieldName, seconds: Int) {
        append(name.text, seconds)
    }

    package mutating func add(_ type: ContentType) {
        append(FieldName.contentType.text, type.text)
    }

    /// For names and values that Weir itself wrote: another value is a mistake of its own, and left out.
    package init(_ fields: KeyValuePairs<String, String>) {
        for (name, value) in fields { set(name, value) }
    }

    /// For values that Weir makes itself; one that could end the line is left out.
    package mutating func set(_ name: FieldName, _ value: String) { set(name.text, value) }

    private mutating func set(_ name: String, _ value: String) {
        guard value.utf8.allSatisfy(\.mayStandInFieldValue) else {
            assertionFailure("the value of \(name) cannot be sent")
            return
        }
        append(name, value)
    }

    package mutating func append(contentsOf other: FieldBlock) { bytes.append(contentsOf: other.bytes) }

    package mutating func add(allow methods: MethodSet) {
        append("allow", methods.text)
    }

    /// How many requests the client may still make: the fields of draft-ietf-httpapi-ratelimit-headers. The names and the
    /// bucket's are Weir's own.
    package mutating func add(
        rateLimit limit: Int, remaining: Int, resetSeconds: Int, bucket: String, windowSeconds: Int
    ) {
        append("ratelimit-limit", limit)
        append("ratelimit-remaining", remaining)
        append("ratelimit-reset", resetSeconds)
        append("ratelimit-policy") { line in
            line.append(UInt8(ascii: "\""))
            line.append(text: bucket)
            line.append(text: "\";q=")
            line.append(decimal: limit)
            line.append(text: ";w=")
            line.append(decimal: windowSeconds)
        }
    }

    private mutating func append(_ name: String, _ value: String) { append(name) { $0.append(text: value) } }

    private mutating func append(_ name: String, _ number: Int) { append(name) { $0.append(decimal: number) } }

    private mutating func append(_ name: String, _ writeValue: (inout [UInt8]) -> Void) {
        bytes.append(text: name)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(.space)
        writeValue(&bytes)
        bytes.append(.carriageReturn)
        bytes.append(.lineFeed)
    }

    private static func check(name: String) throws(FieldFault) -> FieldName {
        guard !name.isEmpty else { throw .invalidName(name) }
        for byte in name.utf8 where !ByteSet.token.contains(byte) { throw .invalidName(name) }
        return FieldName(name.utf8.span.indices, of: name.utf8.span)
    }
}

/// Why something cannot be sent.
package enum FieldFault: Error, Equatable, Sendable, CustomStringConvertible {
    case invalidName(String)
    /// The value holds CR, LF, NUL or another control byte.
    case invalidValue(String)
    case setByWriter(String)
    case invalidTarget
    case invalidAuthority
    case invalidMethod

    package var description: String {
        switch self {
        case .invalidName(let name): "'\(name)' is not a field name: letters, digits and -_.!#$%&'*+^`|~ only"
        case .invalidValue(let name): "the value of the field '\(name)' contains a line end or another control byte"
        case .setByWriter(let name): "the field '\(name)' is set by the HTTP layer and cannot be added"
        case .invalidTarget: "the target is not a path that starts with '/' and has all other bytes percent-encoded"
        case .invalidAuthority: "the authority is not a host with an optional port"
        case .invalidMethod:
            "a request of Weir's own is sent with a method this client knows; CONNECT is not one of them"
        }
    }
}

/// The media types Weir sends.
package struct ContentType: Equatable, Sendable {
    package let text: String

    package static let json = ContentType(text: "application/json")
    package static let problem = ContentType(text: "application/problem+json")
    package static let plainText = ContentType(text: "text/plain; charset=utf-8")
    package static let xml = ContentType(text: "application/xml; charset=utf-8")
    /// Prometheus' text format, with the version its scraper asks for.
    package static let prometheus = ContentType(text: "text/plain; version=0.0.4; charset=utf-8")
}
