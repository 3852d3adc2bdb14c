// A listener on one loop and the connections it accepted.

package import Loop

/// The time-outs of a connection.
package struct ServerTimeouts: Sendable {
    /// TLS handshake, and from a request's first byte to the end of its head.
    package let head: Duration
    /// From the end of the head to the end of the body.
    package let body: Duration
    /// Between requests.
    package let idle: Duration

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
    let bodies: BodyBudget
    let handler: any RequestHandler
    let report: (ServerEvent) -> Void
    /// Counts from the next wait of each connection on.
    package var settings: ServerSettings
    package var faultPoints: ServerFaultPoints?
    private let listener: Listener
    let handshakes: Turnstile
    private let ledger: AddressLedger
    private let descriptorCeiling: Int32
    private var toldOfExhaustion: Instant?

    /// About a millisecond's worth: an ECDHE with a signature takes some 0.13 ms.
    private static let handshakesPerTurn = 8
    private var connections: [ObjectIdentifier: ServerConnection] = [:]
    private(set) var isDraining = false
    private let drained = Gate()
    private var writer: ResponseWriter

    /// - Parameter descriptorCeiling: descriptors with this number or a higher one are not for this listener's connections:
    ///   they are what Redis, deliveries and probes need while strangers use up all others.
    package init(
        on loop: EventLoop, at address: SocketAddress, _ settings: ServerSettings, ledger: AddressLedger,
        bodies: BodyBudget = BodyBudget(byteCount: .max), descriptorCeiling: Int32 = .max,
        handler: any RequestHandler, report: @escaping (ServerEvent) -> Void
    ) throws(StreamError) {
        self.loop = loop
        self.settings = settings
        handshakes = Turnstile(on: loop, perTurn: Self.handshakesPerTurn)
        self.ledger = ledger
        self.bodies = bodies
        self.descriptorCeiling = descriptorCeiling
        self.handler = handler
        self.report = report
        writer = ResponseWriter(secondsSinceEpoch: Int(loop.wallMilliseconds / 1000))
        listener = try Listener(on: loop, at: address)
    }

    /// Where it listens, with the port the kernel chose if 0 was asked for.
    package var address: SocketAddress { listener.address }

    /// Accepts until `drain`. Start once, as a task of the loop.
    package func run() async {
        while let incoming = await listener.accept(onExhausted: { makeRoom() }) {
            guard await hasRoom(for: incoming), !isDraining else {
                if isDraining { break }
                report(.refused(.outOfDescriptors))
                continue
            }
            guard incoming.peer.ip.map(ledger.admit) ?? true else {
                report(.refused(.tooManyOfAddress))
                continue
            }
            loop.spawn { await self.serve(incoming) }
        }
    }

    /// Makes room for a connection whose descriptor is one of those kept for others, waiting a little if it must: those behind
    /// it wait in the kernel's queue meanwhile, so that each that is accepted has time to say what it wants.
    private func hasRoom(for incoming: IncomingConnection) async -> Bool {
        guard incoming.descriptor >= descriptorCeiling else { return true }
        let deadline = loop.now + Self.patience
        while !makeRoom() {
            guard loop.now < deadline, !isDraining else { return false }
            await loop.sleep(until: loop.now + Self.roomPause)
        }
        return true
    }

    /// How long a connection may keep this side waiting without being closed for another, be there room or not.
    private static let patience = Duration.milliseconds(250)
    private static let roomPause = Duration.milliseconds(10)

    /// Closes a sixteenth of the connections that wait for their peers longer than `patience`: those first that have never sent
    /// a whole request, and of equals those that wait longest. Returns whether there were any.
    func makeRoom(patience: Duration = patience) -> Bool {
        if toldOfExhaustion.map({ loop.now - $0 >= .seconds(1) }) ?? true {
            toldOfExhaustion = loop.now
            report(.outOfDescriptors)
        }
        var candidates: [(connection: ServerConnection, since: Instant)] = []
        for connection in connections.values {
            guard let since = connection.waitsSince, loop.now - since >= patience else { continue }
            candidates.append((connection, since))
        }
        candidates.sort {
            $0.connection.hasServed == $1.connection.hasServed ? $0.since < $1.since : $1.connection.hasServed
        }
        let count = (candidates.count + 15) / 16
        for (connection, _) in candidates.prefix(count) { connection.close() }
        if count > 0 { report(.shed(count)) }
        return count > 0
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
