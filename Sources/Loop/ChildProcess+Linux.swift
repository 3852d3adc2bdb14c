// A program started and watched by Weir: the embedded Redis.

import CLinux
import Glibc

/// How a child ended.
package enum ChildExit: Equatable, Sendable {
    case exited(code: Int32)
    case killed(signal: Int32)
}

package struct ChildProcess: Sendable {
    package let id: Int32

    /// Starts `program` (found by PATH) with its standard output and error appended to the file `log`. The child has default
    /// signal handling and a process group of its own, so that Ctrl-C in a terminal reaches Weir only, which then stops it
    /// in order. It inherits the descriptor `kept` under the same number, and no other.
    package init(_ program: String, arguments: [String], log: String, keeping kept: Int32? = nil) throws(StreamError) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // To its own number: that takes close-on-exec off the child's copy.
        if let kept { unsafe posix_spawn_file_actions_adddup2(&actions, kept, kept) }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        var words: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var child: Int32 = 0
        let code = unsafe posix_spawnp(&child, program, &actions, &attributes, &words, environ)
        guard code == 0 else { throw .system(call: "cannot start \(program)", code: code) }
        id = child
    }

    /// How it ended, if it has. Also reaps it, so an answer is given once.
    package func poll() -> ChildExit? {
        var status: Int32 = 0
        guard unsafe waitpid(id, &status, WNOHANG) == id else { return nil }
        let signal = status & 0x7f
        return signal == 0 ? .exited(code: (status >> 8) & 0xff) : .killed(signal: signal)
    }

    /// SIGTERM: asks it to stop in order.
    package func terminate() { kill(id, SIGTERM) }

    package func killNow() { kill(id, SIGKILL) }
}
