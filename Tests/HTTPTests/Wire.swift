// The other end of a connection in tests: says exactly the bytes it is told to, and reads what comes.

import Loop

/// Belongs to one loop.
final class Wire {
    let stream: ByteStream
    private var received: [UInt8] = []

    init(_ stream: ByteStream) {
        self.stream = stream
        // No test waits longer than this for what should come.
        stream.deadline = stream.loop.now + .seconds(20)
    }

    static func connect(to address: SocketAddress, on loop: EventLoop) async throws -> Wire {
        Wire(try await ByteStream.connect(on: loop, to: address, by: loop.now + .seconds(20)))
    }

    func send(_ text: String) async throws { try await stream.write(Array(text.utf8)) }

    /// All up to and including the next occurrence of `end`; what there was, if the connection ended first.
    func read(through end: String) async throws -> String {
        let end = Array(end.utf8)
        while true {
            if let range = received.firstRange(of: end) {
                defer { received.removeFirst(range.upperBound) }
                return String(decoding: received[..<range.upperBound], as: UTF8.self)
            }
            guard try await more() else { return rest() }
        }
    }

    /// All that comes until the other side closes.
    func readToEnd() async throws -> String {
        while try await more() {}
        return rest()
    }

    private func more() async throws -> Bool {
        var buffer = stream.loop.takeBuffer()
        do {
            let count = try await stream.read(into: &buffer, at: 0)
            received += buffer[..<count]
            return count > 0
        } catch StreamError.closedByPeer {
            return false
        }
    }

    private func rest() -> String {
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }
}
