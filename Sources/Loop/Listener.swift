// A listening socket on one loop.

package final class Listener {
    package let loop: EventLoop
    package let address: SocketAddress
    /// Nil once closed.
    private var socket: Socket?
    private let watch: Watch

    /// Binds at `address`; every loop may bind the same one.
    package init(on loop: EventLoop, at address: SocketAddress) throws(StreamError) {
        self.loop = loop
        let socket = try Socket.listen(at: address, sharesPort: true)
        self.address = socket.localAddress
        watch = try loop.watch(socket.descriptor)
        self.socket = consume socket
    }

    deinit { close() }

    /// The next connection, or nil once the listener is closed. When the process is out of descriptors, `onExhausted` may make
    /// room and say so; else it waits for `exhaustionPause` instead of spinning.
    package func accept(onExhausted: () -> Bool) async -> IncomingConnection? {
        while let outcome = socket?.accept() {
            switch consume outcome {
            case .connection(let socket, let peer):
                acceptedInARow += 1
                if acceptedInARow == Self.acceptedInARowMax {
                    acceptedInARow = 0
                    await loop.nextTurn()
                }
                return IncomingConnection(socket, from: peer)
            case .none:
                acceptedInARow = 0
                watch.isReadable = false
                if await watch.untilReadable() == .cancelled { return nil }
            case .exhausted:
                if !onExhausted() { await loop.sleep(until: loop.now + Self.exhaustionPause) }
            }
        }
        return nil
    }

    private static let exhaustionPause = Duration.milliseconds(100)

    /// A queue that fills as fast as it is emptied must not keep the loop from the connections it has.
    private static let acceptedInARowMax = 64
    private var acceptedInARow = 0

    /// Stops accepting. The kernel gives new connections to the other listeners of the port, or refuses them.
    package func close() {
        loop.forget(watch)
        socket = nil
    }
}

/// A connection that was accepted and has no stream yet.
package final class IncomingConnection {
    package let peer: SocketAddress
    private var socket: Socket?

    /// The kernel gives the lowest number that is free, so it tells how many descriptors the process has in use at least.
    package let descriptor: Int32

    init(_ socket: consuming Socket, from peer: SocketAddress) {
        descriptor = socket.descriptor
        self.socket = consume socket
        self.peer = peer
    }

    /// Makes the stream, once. With TLS, its `handshake` comes first.
    package func stream(on loop: EventLoop, tls: TLSServer? = nil) throws(StreamError) -> ByteStream {
        guard let socket = socket.take() else { throw .cancelled }
        return try ByteStream(loop: loop, socket: socket, peer: peer, tls: try tls?.session())
    }
}
