// A connection with what is under way on it.

final class Peer {
    let wire: Wire
    /// The request whose answer is awaited, by its number.
    var request: Int?
    /// When that request should have left, by the monotonic clock: latency counts from here, so a driver that is late, or a
    /// server that makes it wait for a free connection, does not look fast.
    var due: Int64 = 0
    var isOpen = false
    /// What is left to write, if the socket took less.
    private var unwritten: (bytes: [UInt8], offset: Int)?
    /// The start of a message whose rest has not come.
    private var held: [UInt8] = []

    init(_ wire: Wire) { self.wire = wire }

    enum Reading: Equatable {
        case message(status: Int)
        /// Read again at once: more may lie in OpenSSL's buffer.
        case part
        /// Read again when the socket is readable.
        case nothing
        case ended
    }

    /// False if the connection has ended.
    func write(_ bytes: [UInt8], polledBy poller: Poller, token: Int) -> Bool {
        unwritten = (bytes, 0)
        return writeOn(polledBy: poller, token: token)
    }

    var isWriting: Bool { unwritten != nil }

    func writeOn(polledBy poller: Poller, token: Int) -> Bool {
        while let (bytes, offset) = unwritten {
            switch wire.write(bytes, from: offset) {
            case .done(let count): unwritten = offset + count < bytes.count ? (bytes, offset + count) : nil
            case .wantsRead, .wantsWrite:
                poller.change(wire.descriptor, token: token, writable: true)
                return true
            case .ended: return false
            }
        }
        return true
    }

    /// Reads once, and gives a message if one is whole; `body` sees its bytes before they are dropped.
    func read(by buffer: inout [UInt8], body: (Span<UInt8>) -> Void = { _ in }) -> Reading {
        if !held.isEmpty { buffer.replaceSubrange(..<held.count, with: held) }
        switch wire.read(into: &buffer, at: held.count) {
        case .wantsRead, .wantsWrite: return .nothing
        case .ended: return .ended
        case .done(let count):
            let end = held.count + count
            switch MessageHead(buffer.span.extracting(first: end)) {
            case .incomplete:
                held = Array(buffer[..<end])
                return end < buffer.count ? .part : .ended
            case .complete(let status, let head, let length):
                body(buffer.span.extracting(head..<head + length))
                held = head + length < end ? Array(buffer[(head + length)..<end]) : []
                return .message(status: status)
            }
        }
    }
}
