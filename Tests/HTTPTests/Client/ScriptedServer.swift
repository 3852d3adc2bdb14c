// A server that answers with exactly the bytes of its script, to see what the client makes of them.

import Loop

/// Belongs to one loop.
final class ScriptedServer {
    enum Step {
        /// Reads a request and sends these bytes.
        case answer(String)
        /// Reads a request and closes without a word.
        case hangUp
        case close
    }

    /// The head and body of each request, in order.
    private(set) var requests: [String] = []
    private(set) var connectionCount = 0
    /// Whether a script has come to `close`.
    private(set) var hasClosed = false
    private let listener: Listener

    /// Each connection goes through the next of `scripts`, then stays open until the client closes it.
    init(on loop: EventLoop, _ scripts: [[Step]]) throws {
        listener = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!)
        let listener = listener
        loop.spawn { [weak self] in
            for script in scripts {
                guard let incoming = await listener.accept(onExhausted: { false }) else { return }
                self?.connectionCount += 1
                loop.spawn { try? await self?.follow(script, Wire(incoming.stream(on: loop))) }
            }
        }
    }

    deinit { listener.close() }

    var address: SocketAddress { listener.address }
    var port: UInt16 { listener.address.port ?? 0 }

    private func follow(_ script: [Step], _ wire: Wire) async throws {
        for step in script {
            switch step {
            case .answer(let text):
                requests.append(try await wire.read(through: "\r\n\r\n"))
                try await wire.send(text)
            case .hangUp:
                requests.append(try await wire.read(through: "\r\n\r\n"))
                wire.stream.close()
            case .close:
                wire.stream.close()
                hasClosed = true
            }
        }
        _ = try? await wire.readToEnd()
        wire.stream.close()
    }
}
