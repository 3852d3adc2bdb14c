// Connections that are opened before a measurement begins.

final class Crowd {
    let poller: Poller
    private(set) var peers: [Peer] = []
    /// Protocol and cipher of the first connection.
    private(set) var agreed = ""

    private static let patience: Int64 = 30_000_000_000
    /// Handshakes under way at a time: more would only overflow the server's queue of connections.
    private static let openingMax = 64
    /// Connections of one source address.
    private static let perAddress = 8000

    init(_ poller: Poller) { self.poller = poller }

    /// Opens `count` connections to a port, and returns when all handshakes are done. Tokens are places in `peers`.
    func open(_ count: Int, to port: UInt16, _ context: TLSContext) throws(LoadFault) {
        let deadline = monotonicNow() + Self.patience
        var opened = 0
        while opened < count {
            while peers.count < count, peers.count - opened < Self.openingMax { try begin(to: port, context) }
            guard monotonicNow() < deadline else { throw LoadFault("only \(opened) of \(count) connections opened") }
            var failed = 0
            poller.wait(100_000_000) { token in
                guard !peers[token].isOpen else { return }
                switch advance(token) {
                case .done: opened += 1
                case .ended: failed += 1
                case .wantsRead, .wantsWrite: break
                }
            }
            guard failed == 0 else { throw LoadFault("port \(port) ended a connection in its handshake") }
        }
        agreed = peers.first?.wire.agreed ?? ""
    }

    private func begin(to port: UInt16, _ context: TLSContext) throws(LoadFault) {
        let source = 0x7F00_0001 + UInt32(peers.count / Self.perAddress)
        let peer = Peer(try Wire(context, client: try Loopback.connect(to: port, from: source)))
        poller.add(peer.wire.descriptor, token: peers.count, writable: true)
        peers.append(peer)
    }

    private func advance(_ token: Int) -> Wire.Progress {
        let peer = peers[token]
        let progress = peer.wire.handshake()
        switch progress {
        case .done:
            peer.isOpen = true
            poller.change(peer.wire.descriptor, token: token, writable: false)
        case .wantsRead: poller.change(peer.wire.descriptor, token: token, writable: false)
        case .wantsWrite: poller.change(peer.wire.descriptor, token: token, writable: true)
        case .ended: break
        }
        return progress
    }
}
