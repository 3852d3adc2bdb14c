// Dear work of a loop, done on other threads: a password's hash takes as long as ten thousand callbacks.

/// Belongs to one loop. Few threads at a time, in the order of the requests, and a bounded queue: who comes when it is full is
/// told so at once, or a flood of sign-ins would hold memory and make everybody wait.
package final class Workshop {
    private let loop: EventLoop
    private let threadsMax: Int
    private let waitingMax: Int
    private var running = 0
    private var waiting: [Gate] = []

    package init(on loop: EventLoop, threadsMax: Int, waitingMax: Int) {
        self.loop = loop
        self.threadsMax = threadsMax
        self.waitingMax = waitingMax
    }

    /// The result of `work`, done by a thread that yields to the others of the process; nil when there is no room for it.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
        if running >= threadsMax {
            guard waiting.count < waitingMax else { return nil }
            let gate = Gate()
            waiting.append(gate)
            // Whoever ends passes its place on, so it stays counted.
            _ = await gate.wait()
        } else {
            running += 1
        }
        let handover = Handover<Value?>(loop: loop)
        let isStarted = startThread(named: "weir-work") {
            yieldToOtherThreads()
            handover.deliver(work())
        }
        if !isStarted { handover.deliver(nil) }
        let value = await handover.value()
        if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().open() }
        return value
    }
}
