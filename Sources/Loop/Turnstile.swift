// Spreads dear work over turns. A turn runs everything that became ready since the last one; when hundreds of peers ask for a TLS
// handshake at once, each other task of the loop would wait for all of them.

/// Lets so many tasks through a turn; the others wait their turn, in order. Belongs to one loop.
package final class Turnstile {
    private let loop: EventLoop
    private let perTurn: Int
    private var turn: Instant
    private var passed = 0
    /// `waiting[first...]`, in the order they came.
    private var waiting: [Gate] = []
    private var first = 0

    package init(on loop: EventLoop, perTurn: Int) {
        self.loop = loop
        self.perTurn = perTurn
        turn = loop.now
    }

    package func pass() async {
        if turn < loop.now {
            turn = loop.now
            passed = 0
        }
        if first == waiting.count, passed < perTurn {
            passed += 1
            return
        }
        let gate = Gate()
        waiting.append(gate)
        if waiting.count - first == 1 { releaseNextTurn() }
        _ = await gate.wait()
    }

    private func releaseNextTurn() {
        loop.schedule(at: loop.now) { self.release() }
    }

    private func release() {
        let end = min(first + perTurn, waiting.count)
        turn = loop.now
        passed = end - first
        for gate in waiting[first..<end] { gate.open() }
        first = end
        if first < waiting.count {
            // From a task, which runs after all timers: a timer set by a timer, due at once, would still be of this turn.
            loop.spawn { self.releaseNextTurn() }
        } else {
            waiting.removeAll(keepingCapacity: true)
            first = 0
        }
    }
}
