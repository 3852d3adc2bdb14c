// Standard error and the wall clock: the two system calls of a log line.

import Glibc

package enum StandardError {
    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// One line, one write(2), so that lines of several loops do not mix. A pipe takes up to 4 KiB whole; the rest of
    /// a longer line follows at once. A full non-blocking pipe or a closed one loses the line: a collector that
    /// stopped reading must not stop the gateway.
    package static func write(_ line: [UInt8]) {
        var start = 0
        while start < line.count {
            let written = unsafe line.withUnsafeBytes { bytes in
                unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress?.advanced(by: start), bytes.count - start)
            }
            if written > 0 {
                start += written
            } else if errno != EINTR {
                return
            }
        }
    }
}

package enum WallClock {
    /// The time since 1970-01-01T00:00:00Z.
    package static func now() -> Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
