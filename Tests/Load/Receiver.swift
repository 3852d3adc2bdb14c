// The tenant's side of a run: takes deliveries over TLS with keep-alive and answers each with 204.

import Glibc

final class Receiver {
    private let listener: Int32
    private let context: TLSContext
    private let poller: Poller
    /// The token of the listener is 0, of each connection its place plus one; the run puts its own connections before them.
    private var peers: [Peer?] = []
    private var firstToken = 0
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

    private static let answer = Array("HTTP/1.1 204 No Content\r\n\r\n".utf8)

    init(at port: UInt16, certificate: String, _ poller: Poller) throws(LoadFault) {
        listener = try Loopback.listen(at: port)
        context = try TLSContext(certificate: certificate)
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
                guard peer.write(Self.answer, polledBy: poller, token: firstToken + token), !peer.isWriting else {
                    return end(token)
                }
                guard peer.wire.hasPending else { return }
            }
        }
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
