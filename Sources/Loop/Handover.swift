// One value from another thread to a task of a loop.

import Synchronization

final class Handover<Value: Sendable>: @unchecked Sendable {
    private let loop: EventLoop
    /// Touched on the loop only.
    private let gate = Gate()
    private let delivered = Mutex<Value?>(nil)

    init(loop: EventLoop) { self.loop = loop }

    /// From any thread, once.
    func deliver(_ value: Value) {
        delivered.withLock { $0 = value }
        loop.submit { self.gate.open() }
    }

    /// On the loop, once.
    func value() async -> Value {
        while true {
            _ = await gate.wait()
            if let value = delivered.withLock({ $0 }) { return value }
        }
    }
}
