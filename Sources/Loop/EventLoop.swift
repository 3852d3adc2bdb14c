// One thread, one epoll, one queue of jobs: the executor of every task that handles connections, Redis or deliveries.
//
// A turn: take what other threads handed over, run ready jobs until none is left, run the end-of-turn actions (where commands
// gathered during the turn leave in one write), then wait in epoll for descriptors or the next timer.
//
// Isolation. A task started with `spawn` or `submit` has this loop as its executor, and with `nonisolated(nonsending)` as the
// default, every async function that it calls stays on it. Objects of a loop (streams, connections, clients) are ordinary
// classes that are not `Sendable`, so the compiler keeps them from leaving the task that owns them, except through `spawn`,
// which starts another task of the same loop. That is the one promise made here by hand: a loop runs one job at a time.

import Synchronization

package final class EventLoop: TaskExecutor, @unchecked Sendable {
    package let index: Int
    let poller: Poller
    private let clock: LoopClock

    // Touched on the loop's thread only.
    private var ready: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private var timers = TimerHeap()
    private var reading: ClockReading
    private var endOfTurn: [any EndOfTurn] = []
    private var watches: [Watch?] = []
    private var generations: UInt32 = 0
    private var bufferPool: [[UInt8]] = []
    private var bytesPool: [[UInt8]] = []

    /// In a simulation: in place of the kernel's sockets.
    package var network: (any SimulatedNetwork)?
    /// In a simulation: rearranges the jobs of a round. A task has at most one job in a round, and among tasks of an executor
    /// Swift promises no order, so nothing may rest on the order in which they came.
    package var rearrange: ((_ round: inout [UnownedJob]) -> Void)?

    // Shared with other threads.
    private let inbox = Mutex<[UnownedJob]>([])
    private let isStopped = Atomic<Bool>(false)
    private let thread = ThreadIdentity()

    package init(index: Int = 0, clock: LoopClock = .system) throws(StreamError) {
        self.index = index
        self.clock = clock
        ignoreBrokenPipes()
        poller = try Poller()
        reading = Self.firstReading(clock)
    }

    private static func firstReading(_ clock: LoopClock) -> ClockReading {
        switch clock {
        case .system: readSystemClock()
        case .virtual(let start): ClockReading(monotonic: Instant(nanoseconds: 0), wallMilliseconds: start)
        }
    }

    // MARK: Time

    /// The monotonic time at which this turn began.
    package var now: Instant { reading.monotonic }

    /// The wall-clock time at which this turn began, in milliseconds since 1970.
    package var wallMilliseconds: Int64 { reading.wallMilliseconds }

    /// A fresh reading, for measuring what happens inside a turn. Virtual time stands still inside a turn.
    package func preciseNow() -> Instant {
        if case .system = clock { return readMonotonicClock() }
        return reading.monotonic
    }

    /// Runs `action` on this loop at `due`, or in the next turn if that is past. Call on the loop.
    @discardableResult
    package func schedule(at due: Instant, _ action: @escaping () -> Void) -> LoopTimer {
        timers.schedule(at: due, action)
    }

    /// Returns at `due`, or earlier with `.cancelled` when the task is cancelled. Call on the loop.
    @discardableResult
    package func sleep(until due: Instant) async -> Wake {
        let gate = Gate()
        let timer = schedule(at: due) { gate.open(.timedOut) }
        defer { timer.cancel() }
        return await gate.wait(cancelledOn: self)
    }

    /// Returns in the next turn, after the descriptors and timers had theirs. For a task that a fast peer could keep from ever
    /// waiting, and with it every other task of the loop.
    package func nextTurn() async {
        let gate = Gate()
        schedule(at: reading.monotonic) { gate.open() }
        _ = await gate.wait()
    }

    // MARK: Tasks

    /// Starts a task on this loop from code that already runs on it; what it captures need not be `Sendable`, since it
    /// never leaves the loop.
    @discardableResult
    package func spawn(_ operation: @escaping () async -> Void) -> Task<Void, Never> {
        assertCurrent()
        let job = OnLoop(operation)
        return Task(executorPreference: self) { await job.value() }
    }

    /// Starts a task on this loop from any thread.
    @discardableResult
    package func submit<Result: Sendable>(_ operation: @escaping @Sendable () async -> Result) -> Task<Result, Never> {
        Task(executorPreference: self) { await operation() }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        if thread.isCurrent {
            ready.append(unowned)
        } else {
            inbox.withLock { $0.append(unowned) }
            poller.wake()
        }
    }

    /// Runs `action` once, after the jobs of this turn and before the loop waits. Call on the loop, once a turn each.
    package func atEndOfTurn(_ action: any EndOfTurn) { endOfTurn.append(action) }

    /// Weir's own promise, not the world's: calling into a loop from another thread is a bug of ours.
    package func assertCurrent() {
        precondition(thread.isCurrent, "called off the event loop's thread")
    }

    // MARK: Running

    /// Runs on a thread of its own until `stop`.
    package func start(named name: String) {
        startThread(named: name) { self.run() }
    }

    /// Runs on the calling thread until `stop`.
    package func run() {
        thread.adopt()
        while !isStopped.load(ordering: .acquiring) {
            takeInbox()
            runTurn()
            poll()
            fireTimers()
        }
        runReady()
        thread.clear()
    }

    package func stop() {
        isStopped.store(true, ordering: .releasing)
        poller.wake()
    }

    // MARK: Stepping

    /// Makes the calling thread this loop's own, for whoever runs the loop step by step in place of `run`.
    package func adoptThread() { thread.adopt() }

    /// Whether a step at the time of the last one would do nothing.
    package var isIdle: Bool { ready.isEmpty && endOfTurn.isEmpty && inbox.withLock { $0.isEmpty } }

    package var nextTimer: Instant? { timers.nextDue() }

    /// One turn at this time, without a look at any descriptor.
    package func step(at reading: ClockReading) {
        self.reading = reading
        takeInbox()
        fireTimers()
        runTurn()
    }

    private func takeInbox() {
        inbox.withLock {
            guard !$0.isEmpty else { return }
            ready.append(contentsOf: $0)
            $0.removeAll(keepingCapacity: true)
        }
    }

    /// Runs jobs until none is ready; those that became ready meanwhile belong to the same turn, so that one turn gathers as
    /// much as it can for its end. The bound keeps a job that always makes another from starving the descriptors.
    private func runReady() {
        let roundsPerTurn = 64
        for _ in 0..<roundsPerTurn where !ready.isEmpty {
            swap(&ready, &running)
            if let rearrange { rearrange(&running) }
            for job in running { runJob(job) }
            running.removeAll(keepingCapacity: true)
        }
    }

    /// End-of-turn actions may start tasks (a batch to be sent) which have an end-of-turn action of their own (the write): a
    /// few rounds let all of it leave before the loop waits.
    private func runTurn() {
        let rounds = 4
        for _ in 0..<rounds {
            runReady()
            if endOfTurn.isEmpty { return }
            runEndOfTurn()
        }
    }

    private func runEndOfTurn() {
        let actions = endOfTurn
        endOfTurn.removeAll(keepingCapacity: true)
        for action in actions { action.turnEnded() }
    }

    private func poll() {
        let mayWait = ready.isEmpty && endOfTurn.isEmpty && !isStopped.load(ordering: .acquiring)
        let timeout: Poller.Timeout
        switch clock {
        case .system:
            timeout = mayWait ? timers.nextDue().map { .until($0 - readMonotonicClock()) } ?? .forever : .none
        case .virtual: timeout = mayWait && timers.nextDue() == nil ? .forever : .none
        }
        let events = poller.wait(timeout) { dispatch($0, $1) }
        switch clock {
        case .system: reading = readSystemClock()
        case .virtual: if mayWait && events == 0 && inbox.withLock({ $0.isEmpty }) { jumpToNextTimer() }
        }
    }

    private func jumpToNextTimer() {
        guard let due = timers.nextDue(), due > reading.monotonic else { return }
        reading.wallMilliseconds += (due - reading.monotonic).milliseconds
        reading.monotonic = due
    }

    private func fireTimers() {
        while let action = timers.popDue(at: reading.monotonic) { action() }
    }

    // MARK: Descriptors

    func watch(_ descriptor: Int32) throws(StreamError) -> Watch {
        assertCurrent()
        generations &+= 1
        let watch = Watch(descriptor: descriptor, generation: generations)
        try poller.add(descriptor, token: watch.token)
        let slot = Int(descriptor)
        while watches.count <= slot { watches.append(nil) }
        watches[slot] = watch
        return watch
    }

    /// Forgets the registration and wakes who waits. The caller closes the descriptor afterwards, which removes it from epoll.
    func forget(_ watch: Watch) {
        assertCurrent()
        let slot = Int(watch.descriptor)
        if watches.indices.contains(slot), watches[slot] === watch { watches[slot] = nil }
        watch.close()
    }

    /// Moves the time at which waits on this descriptor end with `.timedOut`.
    func setDeadline(_ deadline: Instant, of watch: Watch) {
        guard !watch.isClosed else { return }
        watch.deadline = deadline
        if deadline < watch.timer?.due ?? .never { arm(watch) }
    }

    private func arm(_ watch: Watch) {
        watch.timer?.cancel()
        // The watch holds the timer and the timer the watch, until it fires or the watch is closed.
        watch.timer = schedule(at: watch.deadline) {
            watch.timer = nil
            if watch.deadline <= self.now {
                watch.wakeAll(.timedOut)
            } else if watch.deadline != .never {
                self.arm(watch)
            }
        }
    }

    private func dispatch(_ token: UInt64, _ readiness: Readiness) {
        let slot = Int(UInt32(truncatingIfNeeded: token))
        guard watches.indices.contains(slot), let watch = watches[slot], watch.token == token else { return }
        if readiness.hasEnded { watch.hasEnded = true }
        if readiness.isReadable { watch.becameReadable() }
        if readiness.isWritable { watch.becameWritable() }
    }

    // MARK: Buffers

    /// Bytes of a read buffer: a TLS record and a little, so that one `SSL_read` empties one record.
    package static let readBufferSize = 16 * 1024 + 512
    private static let pooledBuffersMax = 256

    /// A read buffer of `readBufferSize` bytes. Idle connections hold none: they give theirs back while they wait.
    package func takeBuffer() -> [UInt8] {
        bufferPool.popLast() ?? [UInt8](repeating: 0, count: Self.readBufferSize)
    }

    package func giveBack(_ buffer: consuming [UInt8]) {
        if buffer.count == Self.readBufferSize && bufferPool.count < Self.pooledBuffersMax { bufferPool.append(buffer) }
    }

    private static let pooledBytesMax = 512
    private static let pooledBytesCapacityMax = 8 * 1024

    /// An empty array with the memory of an earlier one, if there is any: for what is a kilobyte or two long and soon done with,
    /// such as a request's body, since arrays of that size are the ones malloc takes long for.
    package func takeBytes() -> [UInt8] { bytesPool.popLast() ?? [] }

    /// Takes the array's memory, if nobody else holds it; leaves it empty.
    package func giveBack(bytes: inout [UInt8]) {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        guard taken.capacity <= Self.pooledBytesCapacityMax, bytesPool.count < Self.pooledBytesMax else { return }
        taken.removeAll(keepingCapacity: true)
        bytesPool.append(taken)
    }
}

/// Something that gathers work during a turn and does it at the turn's end.
package protocol EndOfTurn: AnyObject {
    func turnEnded()
}

/// Carries a value that is not `Sendable` into a task of the same loop. Sound because the sender and the receiver run on one
/// thread; made by `EventLoop.spawn` only, which checks that.
private struct OnLoop<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}
