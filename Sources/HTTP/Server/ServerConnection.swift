// One connection of the server: read a head, read its body, ask the handler, write the answer, again. Pipelined requests are
// answered in order, and their answers leave together when no further request is in the buffer.

import Loop

/// Belongs to one loop.
final class ServerConnection {
    private enum End: Error {
        /// Nothing more to say: the peer closed, or a request asked for it.
        case finished
        /// The peer broke the rules; it is told so, then the connection is closed.
        case refused(HTTPFault)
        /// There is no memory for its body now.
        case overloaded
        case stream(StreamError, during: ServerPhase)
    }

    private let stream: ByteStream
    private unowned let server: HTTPServer
    private var loop: EventLoop { server.loop }

    /// Bytes read; `start..<end` is what no request has used yet. Empty while idle, see `EventLoop.takeBuffer`.
    private var buffer: [UInt8] = []
    private var start = 0
    private var end = 0
    private var head = RequestHead()
    private var output: [UInt8] = []
    private var isIdle = true
    /// Since when it waits for the peer; nil while it works at a request or is closed.
    private(set) var waitsSince: Instant?
    /// Whether a whole request has ever come.
    private(set) var hasServed = false
    private var servedInARow = 0
    /// Of the memory that all bodies share.
    private var bodyStepsTaken = 0

    /// Answers to pipelined requests leave at the latest when this much has gathered.
    private static let outputMax = 64 * 1024
    /// An idle connection keeps no more than this for its next answer.
    private static let outputKept = 4 * 1024
    /// A peer that sends as fast as it is answered never makes this task wait; the other connections want their turn as well.
    private static let servedInARowMax = 4
    /// After a refusal: how long the peer may go on sending into the void. Closing at once would make its kernel discard the
    /// answer it has not read (RFC 9112, 9.6).
    private static let lingerFor = Duration.seconds(1)

    init(_ stream: ByteStream, of server: HTTPServer) {
        self.stream = stream
        self.server = server
    }

    func run() async {
        do throws(End) {
            try await handshake()
            while true {
                // Here and not deeper: the frames of what is under way are memory that each idle connection holds.
                if start == end { try await waitIdle() }
                try await serveOne()
            }
        } catch {
            switch error {
            case .finished: break
            case .refused(let fault): await refuse(fault)
            case .overloaded: await refuseOverloaded()
            case .stream(let fault, let phase): await fail(fault, during: phase)
            }
        }
        close()
    }

    func close() {
        waitsSince = nil
        stream.close()
    }

    func closeIfIdle() { if isIdle { stream.close() } }

    private func handshake() async throws(End) {
        waitsSince = loop.now
        stream.deadline = loop.now + server.settings.timeouts.head
        do throws(StreamError) {
            if stream.isSecure {
                try await stream.untilFirstBytes()
                await server.handshakes.pass()
            }
            try await stream.handshake()
        } catch {
            throw .stream(error, during: .handshake)
        }
    }

    private func serveOne() async throws(End) {
        let receivedAt = try await readHead()
        let response = try await answerBody(receivedAt)
        waitsSince = loop.now
        let keepsAlive = head.keepsAlive && !server.isDraining
        server.append(response, answering: head.method, version: head.version, keepsAlive: keepsAlive, to: &output)
        server.report(.answered(status: response.status, after: loop.now - receivedAt))
        head.reset()
        if !keepsAlive {
            try await flush()
            await lingerIfUnread()
            throw .finished
        }
        if output.count >= Self.outputMax { try await flush() }
        servedInARow += 1
        if servedInARow == Self.servedInARowMax {
            servedInARow = 0
            await loop.nextTurn()
        }
    }

    /// The handler's answer to the request whose head was read. The body and its memory are gone when this returns.
    private func answerBody(_ receivedAt: Instant) async throws(End) -> Response {
        defer { giveBackBodySteps() }
        let headStart = start
        var body = try await readBody()
        waitsSince = nil
        hasServed = true
        let response = await server.handler.respond(to: request(receivedAt, body, headStart))
        loop.giveBack(bytes: &body)
        return response
    }

    /// A temporary of its caller's, so that it is gone before the head and the buffer are written again. When nothing else is in
    /// the buffer, the request takes a copy of its head: the buffer then serves other connections while the handler waits, and
    /// stays in the cache, where a buffer for each waiting request would not.
    private func request(_ receivedAt: Instant, _ body: [UInt8], _ headStart: Int) -> Request {
        guard start == end else {
            return Request(
                peer: stream.peer, receivedAt: receivedAt, head: head, body: body, buffer: buffer, start: headStart)
        }
        let headBytes = Array(buffer[headStart..<headStart + headCount])
        loop.giveBack(buffer)
        buffer = []
        start = 0
        end = 0
        return Request(peer: stream.peer, receivedAt: receivedAt, head: head, body: body, buffer: headBytes, start: 0)
    }

    // MARK: Reading

    /// Reads until `head`, of which the first bytes are there, is whole, and returns when they came. `start` stays at its first
    /// byte.
    private func readHead() async throws(End) -> Instant {
        let receivedAt = loop.now
        while true {
            switch head.parse(buffer.span.extracting(start..<end), limits: server.settings.limits) {
            case .complete(let consumed):
                headCount = consumed
                bodyStart = start + consumed
                return receivedAt
            case .malformed(let fault): throw .refused(fault)
            case .incomplete:
                try await flush()
                stream.deadline = receivedAt + server.settings.timeouts.head
                try await fill(during: .head)
            }
        }
    }

    private var headCount = 0
    /// Where what is left of the current request's body begins in the buffer.
    private var bodyStart = 0

    /// Waits for the first bytes of a request. Only an attempt tells whether there are any: a socket counts as readable until a
    /// read came back empty, and what arrived may be TLS' own business, as a new key is.
    private func waitIdle() async throws(End) {
        try await flush()
        isIdle = true
        defer { isIdle = false }
        start = 0
        end = 0
        if output.capacity > Self.outputKept { output = [] }
        stream.deadline = loop.now + server.settings.timeouts.idle
        do throws(StreamError) { end = try await readFirst() } catch { throw .finished }
        guard end > 0 else { throw .finished }
        waitsSince = loop.now
        server.faultPoints?.received.pass()
    }

    /// The count of bytes at the start of the buffer; 0 when the peer has closed, or the server drains and none have come.
    private func readFirst() async throws(StreamError) -> Int {
        var outcome = Transfer.wantsRead
        while !server.isDraining {
            if stream.mayBeReadable {
                if buffer.isEmpty { buffer = loop.takeBuffer() }
                outcome = try stream.tryRead(into: &buffer, at: 0)
                if case .bytes(let count) = outcome { return count }
            }
            if !buffer.isEmpty {
                loop.giveBack(buffer)
                buffer = []
            }
            if outcome == .end { return 0 }
            servedInARow = 0
            try await stream.untilRetry(of: outcome)
        }
        return 0
    }

    /// Reads more behind `end`, growing or moving the buffer when it is full.
    private func fill(during phase: ServerPhase) async throws(End) {
        if buffer.isEmpty { buffer = loop.takeBuffer() }
        if end == buffer.count {
            if start > 0 {
                buffer.moveToFront(start..<end)
                end -= start
                start = 0
            } else {
                // Only a head limit above the pooled size comes here; the parser refuses what exceeds the limit.
                buffer.append(contentsOf: repeatElement(0, count: buffer.count))
            }
        }
        let count: Int
        do throws(StreamError) {
            count = try await stream.read(into: &buffer, at: end)
        } catch {
            throw .stream(error, during: phase)
        }
        guard count > 0 else { throw .finished }
        end += count
    }

    private func readBody() async throws(End) -> [UInt8] {
        guard head.body != .none else {
            start = bodyStart
            return []
        }
        stream.deadline = loop.now + server.settings.timeouts.body
        waitsSince = loop.now
        if head.expectsContinue, bodyStart == end {
            ResponseWriter.appendContinue(to: &output)
            try await flush()
        }
        var body = loop.takeBytes()
        switch head.body {
        case .none: break
        case .length(let length):
            // What the peer announces costs memory only as it arrives.
            body.reserveCapacity(min(length, EventLoop.readBufferSize))
            while true {
                let count = min(length - body.count, end - bodyStart)
                try takeBodySteps(for: body.count + count)
                body.append(contentsOf: buffer[bodyStart..<bodyStart + count])
                bodyStart += count
                if body.count == length { break }
                try await fillBody()
            }
        case .chunked:
            var decoder = ChunkedDecoder(limits: server.settings.limits)
            decoding: while true {
                switch decoder.decode(buffer.span.extracting(bodyStart..<end), appendingTo: &body) {
                case .complete(let consumed):
                    bodyStart += consumed
                    break decoding
                case .malformed(let fault): throw .refused(fault)
                case .incomplete:
                    try takeBodySteps(for: body.count)
                    bodyStart = end
                    try await fillBody()
                }
            }
        }
        start = bodyStart
        return body
    }

    private func takeBodySteps(for byteCount: Int) throws(End) {
        while byteCount > BodyBudget.freeByteCount + bodyStepsTaken * BodyBudget.step {
            guard server.bodies.takeStep() else { throw .overloaded }
            bodyStepsTaken += 1
        }
    }

    private func giveBackBodySteps() {
        guard bodyStepsTaken > 0 else { return }
        server.bodies.giveBack(steps: bodyStepsTaken)
        bodyStepsTaken = 0
    }

    /// Reads more of the body into the room behind the head, whose bytes stay where they are.
    private func fillBody() async throws(End) {
        if end == buffer.count {
            let headEnd = start + headCount
            end = headEnd
            bodyStart = headEnd
            if end == buffer.count { buffer.append(contentsOf: repeatElement(0, count: EventLoop.readBufferSize)) }
        }
        let count: Int
        do throws(StreamError) {
            count = try await stream.read(into: &buffer, at: end)
        } catch {
            throw .stream(error, during: .body)
        }
        guard count > 0 else { throw .stream(.closedByPeer, during: .body) }
        end += count
    }

    // MARK: Writing

    private func flush() async throws(End) {
        guard !output.isEmpty else { return }
        stream.deadline = loop.now + server.settings.timeouts.body
        do throws(StreamError) { try await stream.write(output) } catch { throw .stream(error, during: .write) }
        server.faultPoints?.answered.pass()
        output.removeAll(keepingCapacity: output.capacity <= Self.outputMax)
    }

    private func refuse(_ fault: HTTPFault) async {
        server.report(.malformed(fault))
        let problem = ProblemDocument(fault).response
        // As far as the method was read: an answer to HEAD has no body.
        server.append(problem, answering: head.method, version: .http11, keepsAlive: false, to: &output)
        await writeLast()
    }

    private func refuseOverloaded() async {
        server.report(.refused(.outOfBodyMemory))
        let problem = ProblemDocument(
            .serviceUnavailable, code: "overloaded",
            detail: "There is no room for a body of this size now; repeat it later.")
        server.append(problem.response, answering: head.method, version: .http11, keepsAlive: false, to: &output)
        await writeLast()
    }

    private func fail(_ error: StreamError, during phase: ServerPhase) async {
        switch (phase, error) {
        case (.handshake, _): server.report(.handshakeFailed(error))
        case (.head, .timedOut), (.body, .timedOut):
            server.report(.timedOut(phase))
            let problem = ProblemDocument(
                .requestTimeout, code: "request_timeout", detail: "The request did not arrive in time.")
            server.append(
                problem.response, answering: head.method, version: .http11, keepsAlive: false, to: &output)
            await writeLast()
        case (.write, .timedOut): server.report(.timedOut(.write))
        default: break
        }
    }

    private func writeLast() async {
        do throws(End) { try await flush() } catch { return }
        await linger()
    }

    private func lingerIfUnread() async {
        if start < end { await linger() } else { stream.finishWriting() }
    }

    private func linger() async {
        stream.finishWriting()
        waitsSince = loop.now
        let end = loop.now + Self.lingerFor
        stream.deadline = end
        var sink = loop.takeBuffer()
        defer { loop.giveBack(sink) }
        // A peer that never stops sending never makes a read wait, so the deadline alone would not end this.
        while loop.now < end, let count = try? await stream.read(into: &sink, at: 0), count > 0 {
            await loop.nextTurn()
        }
    }
}
