// The field names Weir itself looks at. They are recognised once, while a field line is read, so that looking one up later
// compares a byte and not a text; every other name is `other` and is found by its spelling.

package enum FieldName: UInt8, CaseIterable, Hashable, Sendable {
    case accept, authorization, connection, contentEncoding, contentLength, contentType, date, etag, expect, host
    case idempotencyKey, ifMatch, location, origin, retryAfter, server, trailer, transferEncoding, upgrade, userAgent
    case xForwardedFor, xRequestID, other

    /// The name in lower case; `other` has none.
    package var text: String {
        switch self {
        case .accept: "accept"
        case .authorization: "authorization"
        case .connection: "connection"
        case .contentEncoding: "content-encoding"
        case .contentLength: "content-length"
        case .contentType: "content-type"
        case .date: "date"
        case .etag: "etag"
        case .expect: "expect"
        case .host: "host"
        case .idempotencyKey: "idempotency-key"
        case .ifMatch: "if-match"
        case .location: "location"
        case .origin: "origin"
        case .retryAfter: "retry-after"
        case .server: "server"
        case .trailer: "trailer"
        case .transferEncoding: "transfer-encoding"
        case .upgrade: "upgrade"
        case .userAgent: "user-agent"
        case .xForwardedFor: "x-forwarded-for"
        case .xRequestID: "x-request-id"
        case .other: ""
        }
    }

    /// Recognises the name at `range`, which is not empty.
    init(_ range: Range<Int>, of bytes: Span<UInt8>) {
        let candidate: FieldName
        // Length and first letter leave at most one candidate, so one comparison decides; a test holds every case to this.
        switch (range.count, Unicode.Scalar(bytes[range.lowerBound].lowercased)) {
        case (4, "d"): candidate = .date
        case (4, "e"): candidate = .etag
        case (4, "h"): candidate = .host
        case (6, "a"): candidate = .accept
        case (6, "e"): candidate = .expect
        case (6, "o"): candidate = .origin
        case (6, "s"): candidate = .server
        case (7, "t"): candidate = .trailer
        case (7, "u"): candidate = .upgrade
        case (8, "i"): candidate = .ifMatch
        case (8, "l"): candidate = .location
        case (10, "c"): candidate = .connection
        case (10, "u"): candidate = .userAgent
        case (11, "r"): candidate = .retryAfter
        case (12, "c"): candidate = .contentType
        case (12, "x"): candidate = .xRequestID
        case (13, "a"): candidate = .authorization
        case (14, "c"): candidate = .contentLength
        case (15, "i"): candidate = .idempotencyKey
        case (15, "x"): candidate = .xForwardedFor
        case (16, "c"): candidate = .contentEncoding
        case (17, "t"): candidate = .transferEncoding
        default: candidate = .other
        }
        self = candidate != .other && bytes.equalsIgnoringCase(candidate.text, at: range) ? candidate : .other
    }

    /// Fields that say where a message ends or whom it is for; RFC 9110 section 6.5.1 bars them from trailers, and Weir's
    /// writers set them alone.
    var framesMessage: Bool {
        switch self {
        case .connection, .contentLength, .expect, .host, .trailer, .transferEncoding, .upgrade: true
        case .accept, .authorization, .contentEncoding, .contentType, .date, .etag, .idempotencyKey, .ifMatch,
            .location, .origin, .retryAfter, .server, .userAgent, .xForwardedFor, .xRequestID, .other:
            false
        }
    }
}
