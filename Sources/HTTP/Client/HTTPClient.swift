// Outgoing requests over pooled keep-alive connections. One per loop.

package import Loop

package struct ClientResponse: Sendable {
    package let status: HTTPStatus
    /// The start of the body, at most `HTTPClient.bodyKept` bytes.
    package let body: [UInt8]
    private let head: ResponseHead
    private let headBytes: [UInt8]

    init(head: ResponseHead, headBytes: [UInt8], body: [UInt8]) {
        status = head.status
        self.head = head
        self.headBytes = headBytes
        self.body = body
    }

    /// The value of the first field of this name, given in lower case.
    package func header(_ name: String) -> String? {
        guard let range = head.headers.first(named: name, in: headBytes.span) else { return nil }
        return String(decoding: headBytes[range], as: UTF8.self)
    }
}

/// Belongs to one loop.
package final class HTTPClient {
    /// Of a response's body; the rest is read up to `bodyReadMax` so that the connection can be used again, and dropped.
    package static let bodyKept = 4 * 1024
    private static let bodyReadMax = 64 * 1024
    /// Enough for many endpoints at one host: each connection closed in spite of being needed costs a handshake.
    private static let idlePerOriginMax = 256
    /// Of all origins together.
    private static let idleMax = 4096
    /// Origins whose TLS sessions are kept; beyond this many all are forgotten: a bound, not a policy.
    private static let resumptionsMax = 2000
    private static let idleFor = Duration.seconds(55)

    private let loop: EventLoop
    private let resolver: Resolver
    private let limits: HTTPLimits
    private var policy: ClientPolicy
    /// Passed when a request has left, and nothing of its response was read.
    package var sentFaultPoint: FaultPoint?
    private var idle: [Origin: [ClientConnection]] = [:]
    private var idleCount = 0
    private var resumptions: [Origin: TLSResumption] = [:]
    /// Which `replace` connections were made after.
    private var generation = 0
    private var sweep: LoopTimer?

    package init(loop: EventLoop, resolver: Resolver, policy: ClientPolicy) {
        self.loop = loop
        self.resolver = resolver
        self.policy = policy
        limits = HTTPLimits(bodyBytes: Self.bodyReadMax)
    }

    /// At a reload. Kept connections were made under the old policy, and those in use are not kept after their answer.
    package func replace(policy: ClientPolicy) {
        self.policy = policy
        generation += 1
        resumptions.removeAll()
        closeIdle()
    }

    /// Sends `request`, already serialised, and reads the response. A request on a kept connection that the other side
    /// closed before a single byte of the response is sent once more on a fresh one: it was closed for being idle.
    package func send(
        _ request: [UInt8], method: HTTPMethod, to origin: Origin, by deadline: Instant
    ) async throws(ClientError) -> ClientResponse {
        if let kept = takeIdle(origin) {
            do throws(ClientError) {
                return try await exchange(request, method, on: kept, origin, by: deadline)
            } catch {
                guard case .interrupted = error, !kept.sawResponse else { throw error }
            }
        }
        let fresh = try await connect(to: origin, by: deadline)
        let response = try await exchange(request, method, on: fresh, origin, by: deadline)
        remember(fresh, origin)
        return response
    }

    private func remember(_ connection: ClientConnection, _ origin: Origin) {
        guard origin.isSecure, connection.generation == generation, let resumption = connection.resumption else {
            return
        }
        if resumptions.count >= Self.resumptionsMax { resumptions.removeAll() }
        resumptions[origin] = resumption
    }

    /// Closes the connections that nobody uses.
    package func closeIdle() {
        for connection in idle.values.joined() { connection.close() }
        idle.removeAll()
        idleCount = 0
        sweep?.cancel()
        sweep = nil
    }

    private func exchange(
        _ request: [UInt8], _ method: HTTPMethod, on connection: ClientConnection, _ origin: Origin,
        by deadline: Instant
    ) async throws(ClientError) -> ClientResponse {
        do throws(ClientError) {
            let (response, canStay) = try await connection.exchange(
                request, method, limits: limits, bodyKept: Self.bodyKept, sent: sentFaultPoint, by: deadline)
            if canStay { keep(connection, origin) } else { connection.close() }
            return response
        } catch {
            connection.close()
            throw error
        }
    }

    private func connect(to origin: Origin, by deadline: Instant) async throws(ClientError) -> ClientConnection {
        // That of the policy it is vetted by, which a reload may replace meanwhile.
        let generation = generation
        let dialer = Dialer(loop: loop, resolver: resolver, policy: policy)
        let stream = try await dialer.dial(origin, resuming: resumptions[origin], by: deadline)
        return ClientConnection(stream, generation: generation, usableUntil: loop.now + Self.idleFor)
    }

    private func takeIdle(_ origin: Origin) -> ClientConnection? {
        while let connection = idle[origin]?.popLast() {
            idleCount -= 1
            if idle[origin]?.isEmpty == true { idle[origin] = nil }
            if connection.isStillOpen(at: loop.now) { return connection }
            connection.close()
        }
        return nil
    }

    private func keep(_ connection: ClientConnection, _ origin: Origin) {
        guard connection.generation == generation, idleCount < Self.idleMax,
            idle[origin, default: []].count < Self.idlePerOriginMax
        else { return connection.close() }
        idleCount += 1
        connection.usableUntil = loop.now + Self.idleFor
        idle[origin, default: []].append(connection)
        scheduleSweep()
    }

    private func scheduleSweep() {
        guard sweep == nil else { return }
        sweep = loop.schedule(at: loop.now + Self.idleFor) { [weak self] in
            guard let self else { return }
            sweep = nil
            for (origin, connections) in idle {
                let open = connections.filter { $0.isStillOpen(at: self.loop.now) }
                for connection in connections where !open.contains(where: { $0 === connection }) { connection.close() }
                idleCount -= connections.count - open.count
                idle[origin] = open.isEmpty ? nil : open
            }
            if !idle.isEmpty { scheduleSweep() }
        }
    }
}
