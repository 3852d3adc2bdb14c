// Threads: one per loop, one per DNS look-up, and the question "is this the loop's thread?".

import CLinux
import Glibc
import Synchronization

/// Remembers which thread runs a loop.
final class ThreadIdentity: Sendable {
    private let identity = Atomic<UInt>(0)

    func adopt() { identity.store(UInt(pthread_self()), ordering: .releasing) }
    func clear() { identity.store(0, ordering: .releasing) }

    @inline(__always)
    var isCurrent: Bool { identity.load(ordering: .relaxed) == UInt(pthread_self()) }
}

/// Starts a detached thread. Signals are left to the thread that takes them (`Signals`), so the new thread blocks those.
/// - Returns: false when the process may have no more threads.
@discardableResult
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    let box = unsafe Unmanaged.passRetained(ThreadBody(name: name, body: body))
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let code = unsafe pthread_create(
        &thread, &attributes,
        { argument in
            guard let argument = unsafe argument else { return nil }
            let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
            unsafe set_thread_name(body.name)
            _ = Signal.blockAll()
            body.body()
            return nil
        }, unsafe box.toOpaque())
    if code != 0 { unsafe box.release() }
    unsafe pthread_attr_destroy(&attributes)
    return code == 0
}

private final class ThreadBody: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// From here on the calling thread gets a third of the CPU that another one on its core gets. (In Linux a priority is the thread's,
/// not the process'. The lowest one, 19, would be a seventieth: under load, a sign-in would take 15 seconds.)
func yieldToOtherThreads() {
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
}

func errorText(_ code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
}
