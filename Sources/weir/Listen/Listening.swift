// The server of `weir listen`: one loop, the loopback interface, TLS.

import Crypto
import Gateway
import HTTP
import Loop
import Telemetry
import Webhooks

struct Listening: Sendable {
    let sender: ExpectedSender
    let port: UInt16
    let countMax: Int?
    let answer: HTTPStatus

    static let portDefault: UInt16 = 9443
    private static let timeouts = ServerTimeouts(head: .seconds(10), body: .seconds(20), idle: .seconds(75))
    /// For the answer to the last delivery to leave.
    private static let drainFor = Duration.seconds(2)

    func run(on loop: EventLoop, _ tls: TLSServer) async throws(CommandError) -> ExitStatus {
        let address = SocketAddress.ip(IPAddress(v4: 0x7F00_0001), port: port)
        try await checkFree(address, on: loop)
        let receiver = try receiver(on: loop)
        let server: HTTPServer
        do throws(StreamError) {
            server = try HTTPServer(
                on: loop, at: address, ServerSettings(tls: tls, limits: HTTPLimits(), timeouts: Self.timeouts),
                ledger: AddressLedger(connectionsPerAddress: .max), handler: receiver, report: Self.report)
        } catch {
            throw .failed("cannot listen at \(address): \(error); choose another port with --port")
        }
        announce(server.address)
        loop.spawn { await server.run() }
        try await receiver.untilFinished()
        await server.drain(by: loop.now + Self.drainFor)
        return receiver.refusedCount == 0 ? .success : .failure
    }

    private func receiver(on loop: EventLoop) throws(CommandError) -> DeliveryReceiver {
        do throws(CryptoError) {
            let verifier = try WebhookVerifier(sender.keys)
            return DeliveryReceiver(on: loop, verifier: verifier, answer: answer, countMax: countMax)
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Listeners share a port if both want to (SO_REUSEPORT), and then each would get some of the deliveries.
    private func checkFree(_ address: SocketAddress, on loop: EventLoop) async throws(CommandError) {
        guard port != 0 else { return }
        do throws(StreamError) {
            try await ByteStream.connect(on: loop, to: address, by: loop.now + .seconds(1)).close()
        } catch {
            return
        }
        throw .failed("something listens at \(address) already; stop it, or choose another port with --port")
    }

    private func announce(_ address: SocketAddress) {
        var text = "waiting at https://\(address)/ for deliveries"
        if let endpoint = sender.endpoint {
            text += " of the webhook \(endpoint.id)"
            if endpoint.url.port != address.port { text += "; but its url is \(endpoint.url), which leads elsewhere" }
        }
        StandardError.write(Array("\(text)\n".utf8))
    }

    /// What a tenant would find in its log, when nothing arrives.
    private static func report(_ event: ServerEvent) {
        let text: String
        switch event {
        // Who only looks whether the port is open is gone before the handshake.
        case .handshakeFailed(.closedByPeer): return
        case .handshakeFailed(let error):
            text = "\(error); does `trust` in the block `delivery` name the authority of this certificate?"
        case .malformed(let fault): text = "not HTTP: \(fault.message)"
        case .refused, .timedOut: text = "a connection was given up before its request was whole"
        case .accepted, .closed, .answered, .shed, .outOfDescriptors: return
        }
        StandardError.write(Array("\(text)\n".utf8))
    }
}
