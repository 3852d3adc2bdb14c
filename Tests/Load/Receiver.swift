// The tenant's side of a run: takes deliveries over TLS with keep-alive and answers each with 204, at once or after a while.

import Glibc

final class Receiver {
    private let listener: Int32
    private let context: TLSContext
    private let poller: Poller
    /// Nanoseconds from a delivery to its answer.
    private let holdFor: Int64
    /// The token of the listener is 0, of each connection its place plus one; the run puts its own connections before them.
    private var peers: [Peer?] = []
    private var firstToken = 0
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    /// Answers that are held, in the order in which they are due.
    private var held: [(due: Int64, token: Int, peer: Peer)] = []

    private static let answer = Array("HTTP/1.1 204 No Content\r\n\r\n".utf8)

    init(at port: UInt16, certificate: String, holdFor: Int64 = 0, _ poller: Poller) throws(LoadFault) {
        listener = try Loopback.listen(at: port)
        context = try TLSContext(certificate: certificate)
        self.holdFor = holdFor
        self.poller = poller
    }

    /// To be called when the run has all its connections.
    func start(tokensFrom firstToken: Int) {
        self.firstToken = firstToken
        poller.add(listener, token: firstToken, writable: false)
    }

    func handle(_ token: Int, arrived: (Span<UInt8>) -> Void) throws(LoadFault) {
        guard token > 0 else { return try accept() }
        guard let peer = peers[token - 1] else { return }
        if !peer.isOpen {
            switch peer.wire.handshake() {
            case .done: peer.isOpen = true
            case .wantsRead: return poll(peer, token, writable: false)
            case .wantsWrite: return poll(peer, token, writable: true)
            case .ended: return end(token)
            }
            poll(peer, token, writable: false)
        }
        while true {
            switch peer.read(by: &buffer, body: arrived) {
            case .nothing: return
            case .part: continue
            case .ended: return end(token)
            case .message:
                if holdFor > 0 {
                    held.append((monotonicNow() + holdFor, token, peer))
                } else {
                    guard answer(peer, token) else { return end(token) }
                }
                guard peer.wire.hasPending else { return }
            }
        }
    }

    /// Sends the held answers that are due.
    func answerHeld() {
        let now = monotonicNow()
        let due = held.prefix { $0.due <= now }
        held.removeFirst(due.count)
        for (_, token, peer) in due where peers[token - 1] === peer {
            if !answer(peer, token) { end(token) }
        }
    }

    private func answer(_ peer: Peer, _ token: Int) -> Bool {
        peer.write(Self.answer, polledBy: poller, token: firstToken + token) && !peer.isWriting
    }

    private func accept() throws(LoadFault) {
        while let descriptor = Loopback.accept(listener) {
            let peer = Peer(try Wire(context, server: descriptor))
            peers.append(peer)
            poller.add(descriptor, token: firstToken + peers.count, writable: false)
        }
    }

    private func poll(_ peer: Peer, _ token: Int, writable: Bool) {
        poller.change(peer.wire.descriptor, token: firstToken + token, writable: writable)
    }

    private func end(_ token: Int) {
        peers[token - 1]?.wire.close()
        peers[token - 1] = nil
    }
}
