// A connected byte stream: TCP or Unix socket, with or without TLS. What HTTP and Redis read from and write to.

/// Belongs to one loop. One task may read while another writes; neither may be doubled.
package final class ByteStream {
    package let loop: EventLoop
    package let peer: SocketAddress
    let watch: Watch
    private(set) var tls: TLSSession?
    /// In a simulation; there is no descriptor then.
    let simulated: SimulatedSocket?
    package private(set) var isClosed = false
    /// Whether there is TLS on it.
    package var isSecure: Bool { tls != nil }

    init(loop: EventLoop, socket: consuming Socket, peer: SocketAddress, tls: TLSSession? = nil) throws(StreamError) {
        self.loop = loop
        self.peer = peer
        self.tls = tls
        let watch = try loop.watch(socket.descriptor)
        self.watch = watch
        simulated = nil
        let descriptor = socket.release()
        tls?.attach(descriptor)
    }

    private init(loop: EventLoop, simulated: SimulatedSocket, peer: SocketAddress) {
        self.loop = loop
        self.peer = peer
        self.simulated = simulated
        tls = nil
        watch = simulated.watch
    }

    deinit { close() }

    /// Connects, and with TLS performs the handshake, verifying the certificate for `tls.name`; or goes on with the session of an
    /// earlier connection that did.
    package static func connect(
        on loop: EventLoop, to address: SocketAddress, tls: (client: TLSClient, name: String)? = nil,
        resuming resumption: TLSResumption? = nil, by deadline: Instant
    ) async throws(StreamError) -> ByteStream {
        let stream: ByteStream
        if let network = loop.network {
            let socket = SimulatedSocket()
            stream = ByteStream(loop: loop, simulated: socket, peer: address)
            network.connect(socket, to: address)
        } else {
            let socket = try Socket.connect(to: address)
            let session = try tls.map { (tls) throws(StreamError) in
                try tls.client.session(for: tls.name, resuming: resumption)
            }
            stream = try ByteStream(loop: loop, socket: socket, peer: address, tls: session)
            // A connecting socket is not writable yet, whatever the registration assumes.
            stream.watch.isWritable = false
        }
        do {
            stream.deadline = deadline
            try await stream.untilWritable(.writing)
            try stream.checkConnected()
            try await stream.handshake()
            return stream
        } catch {
            stream.close()
            throw error
        }
    }

    /// For the next connection to the same server, once something was read from this one. Nil: plain, or the server offers none.
    package var resumption: TLSResumption? { tls?.resumption }

    /// Whether the handshake went on with an earlier session.
    package var isResumed: Bool { tls?.wasResumed == true }

    /// Begins TLS on a plain stream, verifying the certificate for `name`. In a simulation there is none.
    package func secure(
        with client: TLSClient, for name: String, showing identity: ClientIdentity? = nil,
        resuming resumption: TLSResumption? = nil
    ) async throws(StreamError) {
        precondition(tls == nil)
        guard simulated == nil, !isClosed else { return }
        let session = try client.session(for: name, showing: identity, resuming: resumption)
        session.attach(watch.descriptor)
        tls = session
        try await handshake()
    }

    /// Waits that last beyond this end with `.timedOut`.
    package var deadline: Instant {
        get { watch.deadline }
        set { loop.setDeadline(newValue, of: watch) }
    }

    /// Completes the TLS handshake; returns at once on a plain stream.
    package func handshake() async throws(StreamError) {
        guard let tls else { return }
        while true {
            // Closed while this task was on its way back from a wait: the descriptor's number may be another stream's by now.
            if isClosed { throw .cancelled }
            switch try tls.handshake() {
            case .bytes: return
            case .end: throw .closedByPeer
            case .wantsRead: try await blockedOnRead(.reading)
            case .wantsWrite: try await blockedOnWrite(.writing)
            }
        }
    }

    /// Waits until the peer has sent something. Only for a stream just made, before anything else is awaited: what the
    /// registration assumes is forgotten, and epoll has yet to tell.
    package func untilFirstBytes() async throws(StreamError) {
        watch.isReadable = false
        try await untilReadable(.reading)
    }

    /// Waits until a read may bring something.
    package func untilReadable() async throws(StreamError) {
        if let tls, tls.hasPending { return }
        try await untilReadable(.reading)
    }

    /// After a `tryRead` that brought nothing: waits until another may, for callers that hold no buffer meanwhile.
    package func untilRetry(of outcome: Transfer) async throws(StreamError) {
        switch outcome {
        case .bytes, .end: return
        case .wantsRead: try await untilReadable(.reading)
        case .wantsWrite: try await blockedOnWrite(.reading)
        }
    }

    /// Reads what there is into `buffer` from `offset`, waiting if there is nothing. Returns the count; 0 at the end.
    package func read(into buffer: inout [UInt8], at offset: Int) async throws(StreamError) -> Int {
        while true {
            switch try tryRead(into: &buffer, at: offset) {
            case .bytes(let count): return count
            case .end: return 0
            case .wantsRead: try await untilReadable(.reading)
            case .wantsWrite: try await blockedOnWrite(.reading)
            }
        }
    }

    /// One read that does not wait.
    package func tryRead(into buffer: inout [UInt8], at offset: Int) throws(StreamError) -> Transfer {
        if isClosed { throw .cancelled }
        let (outcome, isDrained) = try readNow(into: &buffer, at: offset)
        if outcome == .wantsRead || (isDrained && !watch.hasEnded) { watch.isReadable = false }
        return outcome
    }

    /// Whether a read may bring something. When not, trying would be a system call for nothing.
    package var mayBeReadable: Bool { watch.isReadable || tls?.hasPending == true }

    /// Writes all of `bytes`.
    package func write(_ bytes: [UInt8]) async throws(StreamError) {
        var offset = 0
        while offset < bytes.count {
            if isClosed { throw .cancelled }
            switch try writeNow(bytes, from: offset) {
            case .bytes(let count): offset += count
            case .end: throw .closedByPeer
            case .wantsRead: try await blockedOnRead(.writing)
            case .wantsWrite: try await blockedOnWrite(.writing)
            }
        }
    }

    /// Ends our direction, so that the other side sees the end; it may still send.
    package func finishWriting() {
        guard !isClosed else { return }
        tls?.sendCloseNotify()
        shutDownWriting()
    }

    /// Closes both directions. Waits that are under way end with `.cancelled`.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        tls?.sendCloseNotify()
        loop.forget(watch)
        closeDescriptor()
    }

    private func untilReadable(_ direction: Watch.Direction) async throws(StreamError) {
        if !watch.isReadable { try checkDeadline() }
        try check(await watch.untilReadable(direction))
    }

    private func untilWritable(_ direction: Watch.Direction) async throws(StreamError) {
        if !watch.isWritable { try checkDeadline() }
        try check(await watch.untilWritable(direction))
    }

    private func blockedOnRead(_ direction: Watch.Direction) async throws(StreamError) {
        watch.isReadable = false
        try await untilReadable(direction)
    }

    private func blockedOnWrite(_ direction: Watch.Direction) async throws(StreamError) {
        watch.isWritable = false
        try await untilWritable(direction)
    }

    /// A deadline that passed while nobody waited has had its timer already: a wait that began now would never end.
    private func checkDeadline() throws(StreamError) {
        if watch.deadline <= loop.now { throw .timedOut }
    }

    private func check(_ wake: Wake) throws(StreamError) {
        switch wake {
        case .ready: return
        case .timedOut: throw .timedOut
        case .cancelled: throw .cancelled
        }
    }
}
