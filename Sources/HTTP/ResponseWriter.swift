// Turns a `Response` into bytes. One per loop: it caches the line of the `Date` field, which changes once a second.

import Codec

package struct ResponseWriter: Sendable {
    private var second: Int
    private var dateLine: [UInt8]

    package init(secondsSinceEpoch: Int) {
        second = secondsSinceEpoch
        dateLine = Self.dateLine(secondsSinceEpoch)
    }

    /// Told the time before a batch of responses.
    package mutating func advance(to secondsSinceEpoch: Int) {
        guard secondsSinceEpoch != second else { return }
        second = secondsSinceEpoch
        dateLine = Self.dateLine(secondsSinceEpoch)
    }

    /// - Parameter keepsAlive: whether the server will read another request; the response says so in the client's version.
    package func append(
        _ response: Response, answering method: HTTPMethod, version: HTTPVersion, keepsAlive: Bool,
        to output: inout [UInt8]
    ) {
        let body = response.body.count
        // 160: the status line and the fields set here, so that the whole response costs one growth of the buffer at most.
        output.reserveRoom(160 + response.fields.bytes.count + body)
        Self.appendStatusLine(response.status, to: &output)
        output.append(contentsOf: dateLine)
        if !response.status.forbidsBody {
            // RFC 9110 section 8.6: the answer to HEAD carries the length that the answer to GET has.
            output.append(text: "content-length: ")
            output.append(decimal: body)
            output.append(text: "\r\n")
        }
        switch (keepsAlive, version) {
        case (true, .http11): break
        case (true, .http10): output.append(text: "connection: keep-alive\r\n")
        case (false, _): output.append(text: "connection: close\r\n")
        }
        output.append(contentsOf: response.fields.bytes)
        output.append(text: "\r\n")
        if method != .head, !response.status.forbidsBody { output.append(contentsOf: response.body) }
    }

    /// The interim response to `Expect: 100-continue`.
    package static func appendContinue(to output: inout [UInt8]) {
        appendStatusLine(.continue, to: &output)
        output.append(text: "\r\n")
    }

    /// Always in 1.1: the version of a response is the server's own (RFC 9110 section 6.2).
    private static func appendStatusLine(_ status: HTTPStatus, to output: inout [UInt8]) {
        output.append(text: "HTTP/1.1 ")
        output.append(decimal: status.code)
        output.append(.space)
        output.append(text: status.reason)
        output.append(text: "\r\n")
    }

    private static func dateLine(_ secondsSinceEpoch: Int) -> [UInt8] {
        Array("date: \(HTTPDate.text(secondsSinceEpoch: secondsSinceEpoch))\r\n".utf8)
    }
}

extension [UInt8] {
    /// Grows geometrically; `reserveCapacity` alone would grow to exactly what is asked, and copy the buffer again next time.
    mutating func reserveRoom(_ room: Int) {
        if capacity - count < room { reserveCapacity(Swift.max(count + room, capacity * 2)) }
    }
}
