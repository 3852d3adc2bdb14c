// One descriptor's registration with its loop: what epoll reported, who waits for it, and until when.

/// Why a wait ended.
package enum Wake: Sendable {
    case ready
    case timedOut
    /// The descriptor was closed or aborted on our side while somebody waited.
    case cancelled
}

/// What epoll says of a descriptor.
struct Readiness {
    let isReadable: Bool
    let isWritable: Bool
    /// The peer has finished sending, or the connection is broken: epoll says so once.
    let hasEnded: Bool
}

/// Belongs to one loop and is touched on its thread only. Edge-triggered: a flag says "ready" until a call came back with
/// EAGAIN, which the owner reports by clearing it.
final class Watch {
    let descriptor: Int32
    /// Tells this registration from an earlier one of the same descriptor number, which the kernel reuses at once.
    let generation: UInt32
    var isReadable = true
    var isWritable = true
    /// No event will come any more for the end that is still to be read.
    var hasEnded = false
    var deadline = Instant.never
    /// Guards `deadline`. It is set again only when it fires, or when the deadline moves ahead of it, so that moving a deadline
    /// back on each request costs a store.
    var timer: LoopTimer?
    private var reader = Waiter()
    private var writer = Waiter()
    // Under TLS a read may have to write and a write to read. These have places of their own, since the other direction's may
    // be taken by the task that uses it: what the peer sends must not decide whether two tasks meet at one place.
    private var writingReader = Waiter()
    private var readingWriter = Waiter()
    private(set) var isClosed = false

    init(descriptor: Int32, generation: UInt32) {
        self.descriptor = descriptor
        self.generation = generation
    }

    var token: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor)) }

    /// Who waits: the task that reads, or the one that writes.
    enum Direction {
        case reading
        case writing
    }

    func untilReadable(_ direction: Direction = .reading) async -> Wake {
        if isClosed { return .cancelled }
        if isReadable { return .ready }
        switch direction {
        case .reading: return await Waiter.suspend { $0(&reader) }
        case .writing: return await Waiter.suspend { $0(&readingWriter) }
        }
    }

    func untilWritable(_ direction: Direction = .writing) async -> Wake {
        if isClosed { return .cancelled }
        if isWritable { return .ready }
        switch direction {
        case .reading: return await Waiter.suspend { $0(&writingReader) }
        case .writing: return await Waiter.suspend { $0(&writer) }
        }
    }

    func becameReadable() {
        isReadable = true
        _ = reader.wake(.ready)
        _ = readingWriter.wake(.ready)
    }

    func becameWritable() {
        isWritable = true
        _ = writer.wake(.ready)
        _ = writingReader.wake(.ready)
    }

    func wakeAll(_ wake: Wake) {
        _ = reader.wake(wake)
        _ = writer.wake(wake)
        _ = writingReader.wake(wake)
        _ = readingWriter.wake(wake)
    }

    func close() {
        isClosed = true
        timer?.cancel()
        timer = nil
        wakeAll(.cancelled)
    }
}
