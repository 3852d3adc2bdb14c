// A request as a handler sees it: the head by offsets into the connection's buffer, and the whole body.

package import Loop

package struct Request {
    package let peer: SocketAddress
    /// When its first byte was read.
    package let receivedAt: Instant
    package let head: RequestHead
    package let body: [UInt8]
    /// What the offsets of `head` refer to.
    private let buffer: [UInt8]
    private let start: Int

    init(peer: SocketAddress, receivedAt: Instant, head: RequestHead, body: [UInt8], buffer: [UInt8], start: Int) {
        self.peer = peer
        self.receivedAt = receivedAt
        self.head = head
        self.body = body
        self.buffer = buffer
        self.start = start
    }

    /// The bytes that the head's ranges index.
    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { buffer.span.extracting(droppingFirst: start) }
    }

    /// A part of the head as text; invalid UTF-8 is replaced.
    package func text(_ range: Range<Int>) -> String {
        String(decoding: buffer[start + range.lowerBound..<start + range.upperBound], as: UTF8.self)
    }

    package var path: String { text(head.target.path) }

    /// The value of the first field of this name, given in lower case.
    package func header(_ name: String) -> String? {
        head.headers.first(named: name, in: bytes).map(text)
    }
}

/// Answers requests. One per loop.
package protocol RequestHandler: AnyObject {
    /// Must not throw: what goes wrong becomes an answer.
    func respond(to request: Request) async -> Response
}
