// Where a loop gets its time from: the kernel, or a test.

/// The two readings a loop takes once a turn.
package struct ClockReading: Sendable {
    package var monotonic: Instant
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package var wallMilliseconds: Int64

    package init(monotonic: Instant, wallMilliseconds: Int64) {
        self.monotonic = monotonic
        self.wallMilliseconds = wallMilliseconds
    }
}

package enum LoopClock: Sendable {
    /// CLOCK_MONOTONIC and CLOCK_REALTIME.
    case system
    /// Stands still while there is work, and jumps to the next timer when there is none, so that hours of schedule pass in
    /// no time. Wall time starts at `startMilliseconds` and moves along.
    case virtual(startMilliseconds: Int64)
}
