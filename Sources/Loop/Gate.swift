// A place where one task of a loop waits for another task, or a timer, of the same loop.

/// Opens at most once per wait; opening it before the wait is remembered. Belongs to one loop.
package final class Gate {
    private var waiter = Waiter()
    private var opened: Wake?

    package init() {}

    package func open(_ wake: Wake = .ready) {
        if !waiter.wake(wake) && opened == nil { opened = wake }
    }

    /// Waits until `open`; the gate is closed again afterwards. One waiter at a time.
    package func wait() async -> Wake {
        if let wake = opened.take() { return wake }
        return await Waiter.suspend { $0(&waiter) }
    }

    /// As `wait`, but ends with `.cancelled` when the task is cancelled, from whatever thread.
    package func wait(cancelledOn loop: EventLoop) async -> Wake {
        if Task.isCancelled { return .cancelled }
        let reference = GateReference(self)
        return await withTaskCancellationHandler {
            await wait()
        } onCancel: {
            loop.submit { reference.gate.open(.cancelled) }
        }
    }
}

/// Lets the cancelling thread name a gate; it is opened on the gate's own loop only.
private struct GateReference: @unchecked Sendable {
    let gate: Gate
    init(_ gate: Gate) { self.gate = gate }
}
