// The head of a request, read strictly by RFC 9112. A connection owns one and refills it for each request: `parse` until it is
// complete, use it together with the buffer it refers to, `reset`. It holds offsets only, never text.

package struct RequestHead: Sendable {
    package private(set) var method = HTTPMethod.other
    /// The method as it was sent, for the log of an unknown one.
    package private(set) var methodName = 0..<0
    package private(set) var target = RequestTarget.unread
    package private(set) var version = HTTPVersion.http11
    package private(set) var headers = HeaderTable()
    package private(set) var body = BodyFraming.none
    /// Whether the client waits for `100 Continue` before it sends the body.
    package private(set) var expectsContinue = false
    /// Whether another request may follow on this connection, as far as the client is concerned.
    package private(set) var keepsAlive = true
    /// Host and port the request is for; in HTTP/1.0 there may be none.
    package private(set) var authority: Range<Int>?

    var cursor = HeadCursor()
    private var framing = FramingFields()
    private var sawExpectation = false

    package init() {}

    /// Reads on. `bytes` starts at the same place in each call for one head; the fault is the first in the order of the bytes,
    /// wherever they were cut.
    package mutating func parse(_ bytes: Span<UInt8>, limits: HTTPLimits) -> HeadProgress {
        advance(over: bytes, limits: limits)
    }

    /// Forgets the request but keeps the storage of the table.
    package mutating func reset() {
        method = .other
        methodName = 0..<0
        target = .unread
        version = .http11
        headers.removeAll()
        body = .none
        expectsContinue = false
        keepsAlive = true
        authority = nil
        cursor = HeadCursor()
        framing = FramingFields()
        sawExpectation = false
    }
}

/// Where the body of a request ends.
package enum BodyFraming: Equatable, Sendable {
    case none
    /// One byte or more.
    case length(Int)
    case chunked
}

extension RequestHead: MessageHead {
    static var endlessStartLine: HTTPFault { .targetTooLong }

    mutating func readStartLine(
        _ line: Range<Int>, of bytes: Span<UInt8>, limits: HTTPLimits
    ) throws(HTTPFault) -> Bool {
        if line.isEmpty {
            // RFC 9112 section 2.2: old clients send an empty line after a body. One is ignored.
            guard line.lowerBound == 0 else { throw .malformedRequestLine }
            return false
        }
        let methodEnd = bytes.firstSpace(in: line)
        methodName = line.lowerBound..<methodEnd
        for index in methodName where !ByteSet.token.contains(bytes[index]) { throw .invalidMethod }
        guard !methodName.isEmpty, methodEnd < line.upperBound else { throw .malformedRequestLine }
        guard methodName.count <= HTTPMethod.nameBytesMax else { throw .methodTooLong }
        method = HTTPMethod(methodName, of: bytes)

        let targetStart = methodEnd + 1
        let targetEnd = bytes.lastSpace(in: targetStart..<line.upperBound)
        guard targetEnd > targetStart else { throw .malformedRequestLine }
        guard targetEnd - targetStart <= limits.targetBytes else { throw .targetTooLong }
        version = try HTTPVersion.read(targetEnd + 1..<line.upperBound, of: bytes)
        target = try RequestTarget.read(targetStart..<targetEnd, of: bytes, method: method)
        return true
    }

    mutating func readField(_ line: Range<Int>, of bytes: Span<UInt8>, limits: HTTPLimits) throws(HTTPFault) {
        let field = try HeaderField(line: line, of: bytes)
        try headers.append(field, limit: limits.fieldCount)
        switch field.known {
        case .other:
            break
        case .host:
            guard authority == nil else { throw .repeatedHost }
            guard Authority.isValid(field.value, of: bytes) else { throw .invalidHost }
            authority = field.value
        case .expect:
            guard bytes.equalsIgnoringCase("100-continue", at: field.value) else { throw .expectationFailed }
            sawExpectation = true
        default:
            try framing.note(field, of: bytes)
        }
    }

    mutating func finish(limits: HTTPLimits) throws(HTTPFault) {
        switch version {
        case .http11: guard authority != nil else { throw .missingHost }
        case .http10: guard !framing.isChunked else { throw .transferEncodingInHTTP10 }
        }
        // RFC 9112 section 3.2.2: an absolute form overrules the Host field.
        if let named = target.authority { authority = named }
        keepsAlive = framing.keepsAlive(version)
        if framing.isChunked {
            body = .chunked
        } else if let length = framing.contentLength, length > 0 {
            guard length <= limits.bodyBytes else { throw .contentTooLarge }
            body = .length(length)
        }
        // RFC 9110 section 10.1.1: the expectation does not exist in 1.0, and without a body there is nothing to wait for.
        expectsContinue = sawExpectation && version == .http11 && body != .none
    }
}

extension Span where Element == UInt8 {
    /// The first space in the range, or its end.
    fileprivate func firstSpace(in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound, self[index] != .space { index &+= 1 }
        return index
    }

    /// The last space in the range, or its start. Behind it is the version, which is short; a space before it would be in the
    /// target, where it is refused.
    fileprivate func lastSpace(in range: Range<Int>) -> Int {
        var index = range.upperBound
        while index > range.lowerBound {
            index &-= 1
            if self[index] == .space { return index }
        }
        return range.lowerBound
    }
}
