// Makes the client's connections: a host's addresses are looked up, each is vetted, and those very addresses are connected to,
// directly or through a proxy. A proxy is given the address and never the name: it would look it up again, and nobody would vet what
// it found. TLS is spoken with the host itself, through the tunnel.

import Codec
import Loop

struct Dialer {
    let loop: EventLoop
    let resolver: Resolver
    let policy: ClientPolicy

    func dial(
        _ origin: Origin, resuming resumption: TLSResumption?, by deadline: Instant
    ) async throws(ClientError) -> ByteStream {
        guard policy.admitsPort(origin.port) else { throw .forbiddenPort(origin.port) }
        let addresses: [IPAddress]
        do throws(StreamError) {
            addresses = try await resolver.addresses(of: origin.host, by: deadline)
        } catch {
            throw error == .timedOut ? .timedOut : .lookup(error)
        }
        let reachable = addresses.filter(policy.admits)
        if reachable.isEmpty, let first = addresses.first { throw .forbidden(first) }
        var failure = ClientError.lookup(.lookup(host: origin.host, reason: "no address"))
        for (tried, address) in reachable.enumerated() {
            // Each address gets an equal share of what time is left, so that a dead first one does not use it up.
            let left = deadline - loop.now
            guard left > .zero else { throw .timedOut }
            do throws(ClientError) {
                let share = loop.now + left / (reachable.count - tried)
                return try await open(origin, at: address, resuming: resumption, by: share)
            } catch {
                failure = error
                guard error.mayBeOtherwiseElsewhere else { throw error }
            }
        }
        throw failure
    }

    private func open(
        _ origin: Origin, at address: IPAddress, resuming resumption: TLSResumption?, by deadline: Instant
    ) async throws(ClientError) -> ByteStream {
        let destination = SocketAddress.ip(address, port: origin.port)
        let stream: ByteStream
        if let proxy = policy.proxy, proxy.applies(origin.host, address) {
            stream = try await tunnel(to: destination, through: proxy, by: deadline)
        } else {
            do throws(StreamError) {
                stream = try await ByteStream.connect(on: loop, to: destination, by: deadline)
            } catch {
                throw error == .timedOut ? .timedOut : .connect(error)
            }
        }
        guard origin.isSecure else { return stream }
        do throws(StreamError) {
            try await stream.secure(with: policy.tls, for: origin.host, showing: origin.identity, resuming: resumption)
            return stream
        } catch {
            stream.close()
            switch error {
            case .timedOut: throw .timedOut
            case .tls: throw .tls(error)
            default: throw .connect(error)
            }
        }
    }

    /// A connection to the proxy, behind which the destination is.
    private func tunnel(
        to destination: SocketAddress, through proxy: HTTPProxy, by deadline: Instant
    ) async throws(ClientError) -> ByteStream {
        let stream: ByteStream
        do throws(StreamError) {
            guard let address = try await resolver.addresses(of: proxy.host, by: deadline).first else {
                throw .lookup(host: proxy.host, reason: "no address")
            }
            stream = try await ByteStream.connect(on: loop, to: .ip(address, port: proxy.port), by: deadline)
        } catch {
            throw error == .timedOut ? .timedOut : .proxy(reason: "\(error)")
        }
        do throws(ClientError) {
            let status = try await ask(for: destination, on: stream, proxy.authorization)
            guard (200..<300).contains(status.code) else { throw .proxyRefused(status) }
            return stream
        } catch {
            stream.close()
            throw error
        }
    }

    private func ask(
        for destination: SocketAddress, on stream: ByteStream, _ authorization: String?
    ) async throws(ClientError) -> HTTPStatus {
        var request = "CONNECT \(destination) HTTP/1.1\r\nHost: \(destination)\r\n"
        if let authorization { request += "Proxy-Authorization: \(authorization)\r\n" }
        var buffer = loop.takeBuffer()
        defer { loop.giveBack(buffer) }
        var end = 0
        // No body belongs to this answer, whatever it says, so it is read like one to HEAD.
        var head = ResponseHead(answering: .head)
        do throws(StreamError) {
            try await stream.write(Array("\(request)\r\n".utf8))
        } catch {
            throw error == .timedOut ? .timedOut : .proxy(reason: "\(error)")
        }
        while end < buffer.count {
            do throws(StreamError) {
                let count = try await stream.read(into: &buffer, at: end)
                guard count > 0 else { throw .closedByPeer }
                end += count
            } catch {
                throw error == .timedOut ? .timedOut : .proxy(reason: "\(error)")
            }
            switch head.parse(buffer.span.extracting(first: end), limits: Self.limits) {
            // The host speaks after us only: what stands behind the head is not its, and would be read as if it were.
            case .complete(let consumed) where consumed < end && head.status.code < 300:
                throw .proxy(reason: "it sent something before the tunnel was used")
            case .complete: return head.status
            case .malformed(let fault): throw .proxy(reason: "its answer is not HTTP: \(fault.message)")
            case .incomplete: continue
            }
        }
        throw .proxy(reason: "its answer is too long")
    }

    private static let limits = HTTPLimits()
}

extension HTTPProxy {
    /// The value of `Proxy-Authorization` for `user:password` (RFC 7617).
    package static func basicAuthorization(_ credentials: String) -> String {
        var text = Array("Basic ".utf8)
        Base64.encode(Array(credentials.utf8).span, appendingTo: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

extension ClientError {
    /// Whether another address of the host may do better.
    fileprivate var mayBeOtherwiseElsewhere: Bool {
        switch self {
        case .connect, .timedOut: true
        case .proxyRefused(let status): status.code != 407
        default: false
        }
    }
}
