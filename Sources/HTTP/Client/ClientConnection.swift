// One connection of the client: a request out, a response in.

import Loop

/// Belongs to one loop; used by one request at a time.
final class ClientConnection {
    private let stream: ByteStream
    private var loop: EventLoop { stream.loop }
    private var buffer: [UInt8] = []
    private var end = 0
    let generation: Int
    /// Past this an idle connection is not used again.
    var usableUntil: Instant
    /// Interim responses before the final one. A server that sends nothing else, and fast, would never make this task wait.
    private static let interimMax = 16
    /// Whether a byte of the current response has come.
    private(set) var sawResponse = false

    init(_ stream: ByteStream, generation: Int, usableUntil: Instant) {
        self.stream = stream
        self.generation = generation
        self.usableUntil = usableUntil
    }

    func close() { stream.close() }

    var resumption: TLSResumption? { stream.resumption }

    /// False when the other side has closed it, or sent something nobody asked for.
    func isStillOpen(at now: Instant) -> Bool {
        guard now < usableUntil, !stream.isClosed else { return false }
        // Nothing has come since the last response was read, not even an end.
        guard stream.mayBeReadable else { return true }
        var probe = loop.takeBuffer()
        defer { loop.giveBack(probe) }
        return (try? stream.tryRead(into: &probe, at: 0)) == .wantsRead
    }

    /// Sends the request, reads the response, and says whether the connection can be used again.
    func exchange(
        _ request: [UInt8], _ method: HTTPMethod, limits: HTTPLimits, bodyKept: Int, sent: FaultPoint?,
        by deadline: Instant
    ) async throws(ClientError) -> (ClientResponse, canStay: Bool) {
        stream.deadline = deadline
        sawResponse = false
        buffer = loop.takeBuffer()
        defer {
            loop.giveBack(buffer)
            buffer = []
            end = 0
        }
        do throws(StreamError) {
            try await stream.write(request)
            sent?.pass()
        } catch {
            // A server that has read enough may answer and close while the rest is still on its way (RFC 9112, 9.5).
            guard error == .closedByPeer else { throw clientError(error) }
        }
        var head = ResponseHead(answering: method)
        var headCount = try await readHead(&head, limits)
        var interimCount = 0
        while head.status.isInterim {
            // 101 was never asked for, so it ends here as well: as an interim response without a final one.
            interimCount += 1
            guard interimCount <= Self.interimMax else { throw .malformed(.headTooLarge) }
            drop(headCount)
            head.reset()
            headCount = try await readHead(&head, limits)
        }
        let headBytes = Array(buffer[..<headCount])
        drop(headCount)
        let (body, isWhole) = try await readBody(head.body, limits, kept: bodyKept)
        // Bytes beyond the response belong to no request of ours.
        let canStay = head.keepsAlive && isWhole && end == 0 && head.body != .untilClose
        return (ClientResponse(head: head, headBytes: headBytes, body: body), canStay)
    }

    private func readHead(_ head: inout ResponseHead, _ limits: HTTPLimits) async throws(ClientError) -> Int {
        while true {
            if end > 0 {
                switch head.parse(buffer.span.extracting(first: end), limits: limits) {
                case .complete(let consumed): return consumed
                case .malformed(let fault): throw .malformed(fault)
                case .incomplete: break
                }
            }
            guard end < buffer.count else { throw .malformed(.headTooLarge) }
            guard try await fill() else { throw .interrupted(.closedByPeer) }
        }
    }

    /// The first `kept` bytes of the body. It is read no further than the limit; then `isWhole` is false.
    private func readBody(
        _ framing: ResponseBody, _ limits: HTTPLimits, kept: Int
    ) async throws(ClientError) -> (body: [UInt8], isWhole: Bool) {
        var body: [UInt8] = []
        switch framing {
        case .none: return ([], true)
        case .length(let length):
            var left = length
            while left > 0 {
                if end == 0 {
                    if length - left > limits.bodyBytes { return (body, false) }
                    guard try await fill() else { throw .interrupted(.closedByPeer) }
                }
                let count = min(left, end)
                body.append(contentsOf: buffer[..<min(count, kept - body.count)])
                drop(count)
                left -= count
            }
            return (body, true)
        case .chunked:
            var decoder = ChunkedDecoder(limits: limits)
            while true {
                switch decoder.decode(buffer.span.extracting(first: end), appendingTo: &body) {
                case .complete(let consumed):
                    drop(consumed)
                    return (Array(body.prefix(kept)), true)
                case .malformed(.contentTooLarge): return (Array(body.prefix(kept)), false)
                case .malformed(let fault): throw .malformed(fault)
                case .incomplete:
                    end = 0
                    guard try await fill() else { throw .interrupted(.closedByPeer) }
                }
            }
        case .untilClose:
            while body.count < kept {
                body.append(contentsOf: buffer[..<min(end, kept - body.count)])
                end = 0
                // Many servers end TLS without saying so. It could be cut short, but its length was never promised.
                do throws(ClientError) {
                    guard try await fill() else { return (body, true) }
                } catch .interrupted(.closedByPeer) {
                    return (body, true)
                }
            }
            return (body, false)
        }
    }

    /// Reads more; false at the end of the stream.
    private func fill() async throws(ClientError) -> Bool {
        do throws(StreamError) {
            let count = try await stream.read(into: &buffer, at: end)
            if count > 0 { sawResponse = true }
            end += count
            return count > 0
        } catch {
            throw clientError(error)
        }
    }

    private func drop(_ count: Int) {
        buffer.moveToFront(count..<end)
        end -= count
    }

    private func clientError(_ error: StreamError) -> ClientError {
        switch error {
        case .timedOut: .timedOut
        // With TLS 1.3 a server judges the client's certificate after the handshake, and says so in place of an answer.
        case .tls: .tls(error)
        default: .interrupted(error)
        }
    }
}
