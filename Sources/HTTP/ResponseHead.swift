// The head of a response to one of Weir's own requests, for the client. It is read as strictly as a request: the peer is a
// tenant's server, which is no more trusted than a stranger.

package struct ResponseHead: Sendable {
    package private(set) var status = HTTPStatus(0)
    package private(set) var reason = 0..<0
    package private(set) var version = HTTPVersion.http11
    package private(set) var headers = HeaderTable()
    package private(set) var body = ResponseBody.none
    /// Whether the connection can take another request once the body is read.
    package private(set) var keepsAlive = true

    var cursor = HeadCursor()
    private var framing = FramingFields()
    private let method: HTTPMethod

    /// - Parameter method: the method of the request, without which nobody can tell where the response ends.
    package init(answering method: HTTPMethod) {
        self.method = method
    }

    /// Reads on; `bytes` starts at the same place in each call for one head.
    package mutating func parse(_ bytes: Span<UInt8>, limits: HTTPLimits) -> HeadProgress {
        advance(over: bytes, limits: limits)
    }

    /// Forgets an interim response, to read the one that follows it.
    package mutating func reset() {
        status = HTTPStatus(0)
        reason = 0..<0
        version = .http11
        headers.removeAll()
        body = .none
        keepsAlive = true
        cursor = HeadCursor()
        framing = FramingFields()
    }
}

/// Where the body of a response ends.
package enum ResponseBody: Equatable, Sendable {
    case none
    /// One byte or more.
    case length(Int)
    case chunked
    /// With the connection: the end of the stream is the end of the body.
    case untilClose
}

extension ResponseHead: MessageHead {
    static var endlessStartLine: HTTPFault { .headTooLarge }

    mutating func readStartLine(
        _ line: Range<Int>, of bytes: Span<UInt8>, limits: HTTPLimits
    ) throws(HTTPFault) -> Bool {
        let start = line.lowerBound
        guard line.count >= 12, bytes[start + 8] == .space else { throw .malformedStatusLine }
        version = try HTTPVersion.read(start..<start + 8, of: bytes)
        var code = 0
        for index in start + 9..<start + 12 {
            guard bytes[index].isDigit else { throw .malformedStatusLine }
            code = code * 10 + Int(bytes[index] &- UInt8(ascii: "0"))
        }
        guard code >= 100, code < 600 else { throw .malformedStatusLine }
        status = HTTPStatus(code)
        // The space is required even before an empty reason, but servers that leave both out are many, and nothing hangs on it.
        if line.count > 12 {
            guard bytes[start + 12] == .space else { throw .malformedStatusLine }
            reason = start + 13..<line.upperBound
        }
        return true
    }

    mutating func readField(_ line: Range<Int>, of bytes: Span<UInt8>, limits: HTTPLimits) throws(HTTPFault) {
        let field = try HeaderField(line: line, of: bytes)
        try headers.append(field, limit: limits.fieldCount)
        if field.known != .other { try framing.note(field, of: bytes) }
    }

    /// RFC 9112 section 6.3, in its order.
    mutating func finish(limits: HTTPLimits) throws(HTTPFault) {
        keepsAlive = framing.keepsAlive(version)
        if method == .head || status.forbidsBody { return }
        if framing.isChunked {
            guard version == .http11 else { throw .transferEncodingInHTTP10 }
            body = .chunked
        } else if let length = framing.contentLength {
            // However long: how much of it is read is up to the client, which has its status already.
            body = length == 0 ? .none : .length(length)
        } else {
            body = .untilClose
            keepsAlive = false
        }
    }
}
