// A listener on one loop and the connections it accepted.

package import Loop

/// The time-outs of a connection.
package struct ServerTimeouts: Sendable {
    /// TLS handshake, and from a request's first byte to the end of its head.
    package var head: Duration
    /// From the end of the head to the end of the body.
    package var body: Duration
    /// Between requests.
    package var idle: Duration

    package init(head: Duration, body: Duration, idle: Duration) {
        self.head = head
        self.body = body
        self.idle = idle
    }
}

/// What a reload may change of a server, replaced whole.
package struct ServerSettings: Sendable {
    /// Connections under way keep the certificates they began with.
    package var tls: TLSServer?
    package var limits: HTTPLimits
    package var timeouts: ServerTimeouts

    package init(tls: TLSServer?, limits: HTTPLimits, timeouts: ServerTimeouts) {
        self.tls = tls
        self.limits = limits
        self.timeouts = timeouts
    }
}

/// The fault points that requests of a server pass: when the first bytes of one were read, when answers have left.
package struct ServerFaultPoints: Sendable {
    let received: FaultPoint
    let answered: FaultPoint

    package init(received: FaultPoint, answered: FaultPoint) {
        self.received = received
        self.answered = answered
    }
}

/// Belongs to one loop; each loop has its own at the same port.
package final class HTTPServer {
    let loop: EventLoop
    let handler: any RequestHandler
    let report: (ServerEvent) -> Void
    /// Counts from the next wait of each connection on.
    package var settings: ServerSettings
    package var faultPoints: ServerFaultPoints?
    private let listener: Listener
    private let ledger: AddressLedger
    private var connections: [ObjectIdentifier: ServerConnection] = [:]
    private(set) var isDraining = false
    private let drained = Gate()
    private var writer: ResponseWriter

    package init(
        on loop: EventLoop, at address: SocketAddress, _ settings: ServerSettings, ledger: AddressLedger,
        handler: any RequestHandler, report: @escaping (ServerEvent) -> Void
    ) throws(StreamError) {
        self.loop = loop
        self.settings = settings
        self.ledger = ledger
        self.handler = handler
        self.report = report
        writer = ResponseWriter(secondsSinceEpoch: Int(loop.wallMilliseconds / 1000))
        listener = try Listener(on: loop, at: address)
    }

    /// Where it listens, with the port the kernel chose if 0 was asked for.
    package var address: SocketAddress { listener.address }

    /// Accepts until `drain`. Start once, as a task of the loop.
    package func run() async {
        while let incoming = await listener.accept(onExhausted: { report(.refused(.outOfDescriptors(code: $0))) }) {
            guard !isDraining else { break }
            guard incoming.peer.ip.map(ledger.admit) ?? true else {
                report(.refused(.tooManyOfAddress))
                continue
            }
            loop.spawn { await self.serve(incoming) }
        }
    }

    private func serve(_ incoming: IncomingConnection) async {
        defer { if let ip = incoming.peer.ip { ledger.release(ip) } }
        do throws(StreamError) {
            let stream = try incoming.stream(on: loop, tls: settings.tls)
            let connection = ServerConnection(stream, of: self)
            let identity = ObjectIdentifier(connection)
            connections[identity] = connection
            report(.accepted)
            await connection.run()
            report(.closed)
            connections[identity] = nil
            if isDraining, connections.isEmpty { drained.open() }
        } catch {
            report(.handshakeFailed(error))
        }
    }

    func append(
        _ response: Response, answering method: HTTPMethod, version: HTTPVersion, keepsAlive: Bool,
        to output: inout [UInt8]
    ) {
        writer.advance(to: Int(loop.wallMilliseconds / 1000))
        writer.append(response, answering: method, version: version, keepsAlive: keepsAlive, to: &output)
    }

    /// Stops accepting, closes idle connections, lets requests under way be answered, and returns when all are, or at
    /// `deadline`, when the rest is closed.
    package func drain(by deadline: Instant) async {
        isDraining = true
        listener.close()
        for connection in connections.values { connection.closeIfIdle() }
        if !connections.isEmpty {
            let timer = loop.schedule(at: deadline) { self.drained.open(.timedOut) }
            _ = await drained.wait()
            timer.cancel()
        }
        for connection in connections.values { connection.close() }
    }
}
