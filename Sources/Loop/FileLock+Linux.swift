// A lock by which processes keep each other away from a file or a folder.

import CLinux
import Glibc

/// Held for as long as this value lives, or a child process that was started with its descriptor: the kernel frees it with the
/// last of them, however it ended. So a lock that can be had proves that none of them is there any more.
package struct FileLock: ~Copyable, Sendable {
    /// For `ChildProcess`, which hands it on.
    package let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Takes the lock at once, or returns nil when it is held. The file is made if it is not there.
    package static func take(_ path: String) throws(StreamError) -> FileLock? {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(call: "open \(path)", code: errno) }
        let lock = FileLock(descriptor: descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw .system(call: "flock \(path)", code: errno) }
            return nil
        }
        return lock
    }
}
