// Told when something in a folder changes, by inotify: what a folder holds, its files' contents, and whole folders that take another's
// place, as Kubernetes and editors do it. What changed is not said: whoever is told looks for himself.

import CLinux
import Glibc

/// Belongs to one loop.
package final class FileWatch {
    private let loop: EventLoop
    private let descriptor: Int32
    private let watch: Watch

    package init(on loop: EventLoop) throws(StreamError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { throw .system(call: "inotify_init1", code: errno) }
        self.loop = loop
        watch = try loop.watch(descriptor)
    }

    /// Watches these files and folders as they are now, besides those that are watched already; what is not there is passed over. A file
    /// is watched itself as well as its folder: one that is mounted on its own changes without its folder being told.
    package func add(_ paths: [String]) {
        let changes =
            IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
            | IN_DELETE_SELF
        for path in paths { _ = unsafe inotify_add_watch(descriptor, path, UInt32(changes | IN_MOVE_SELF)) }
    }

    /// Returns when something has changed since the last call, or at the deadline.
    package func next(until deadline: Instant = .never) async {
        loop.setDeadline(deadline, of: watch)
        while !drain() {
            watch.isReadable = false
            guard await watch.untilReadable() == .ready else { return }
        }
    }

    /// Forgets what has been told so far; whether there was anything.
    @discardableResult
    package func drain() -> Bool {
        var wasTold = false
        var notices = [UInt8](repeating: 0, count: 4096)
        while unsafe read(descriptor, &notices, notices.count) > 0 { wasTold = true }
        return wasTold
    }
}
