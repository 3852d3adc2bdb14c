// Signals as values on a loop, by signalfd.

import CLinux
import Glibc

package enum Signal: CaseIterable, Sendable {
    case interrupt
    case terminate
    case hangup
    case child

    var number: Int32 {
        switch self {
        case .interrupt: SIGINT
        case .terminate: SIGTERM
        case .hangup: SIGHUP
        case .child: SIGCHLD
        }
    }

    /// Keeps the calling thread, and those it starts, from being interrupted by these signals. Returns the set of them.
    static func blockAll() -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in allCases { unsafe sigaddset(&set, signal.number) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        return set
    }
}

/// OpenSSL writes to sockets without MSG_NOSIGNAL. A peer that is gone must end a write, not the process.
func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

/// Must be made before any other thread is started, since threads inherit which signals are blocked.
package final class Signals {
    private let descriptor: Int32
    private let watch: Watch

    package init(on loop: EventLoop) throws(StreamError) {
        var set = Signal.blockAll()
        descriptor = unsafe signalfd(-1, &set, Int32(SFD_NONBLOCK) | Int32(SFD_CLOEXEC))
        guard descriptor >= 0 else { throw .system(call: "signalfd", code: errno) }
        watch = try loop.watch(descriptor)
    }

    /// The next signal that arrived. Several of one kind may arrive as one.
    package func next() async -> Signal {
        while true {
            var info = signalfd_siginfo()
            let size = MemoryLayout<signalfd_siginfo>.size
            if unsafe read(descriptor, &info, size) == size {
                if let signal = Signal.allCases.first(where: { $0.number == Int32(info.ssi_signo) }) { return signal }
            } else {
                watch.isReadable = false
                _ = await watch.untilReadable()
            }
        }
    }
}
