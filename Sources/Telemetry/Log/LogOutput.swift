// Where all loggers of a process meet: threshold, format, clock and sink. Shared by all loops without a lock, since
// its one mutable part is the threshold (an atomic) and a line is handed to the sink whole.

import Synchronization

/// Takes one finished line, newline included. Called from any loop's thread.
package typealias LogSink = @Sendable ([UInt8]) -> Void

package final class LogOutput: Sendable {
    private let threshold: Atomic<UInt8>
    private let format: LogFormat
    private let now: @Sendable () -> Duration
    private let sink: LogSink

    /// - Parameters:
    ///   - now: the time since 1970-01-01T00:00:00Z; the simulation passes its virtual clock.
    ///   - sink: tests collect lines here, production writes them to standard error.
    package init(
        level: LogLevel, format: LogFormat, now: @escaping @Sendable () -> Duration = WallClock.now,
        sink: @escaping LogSink = StandardError.write
    ) {
        threshold = Atomic(level.rank)
        self.format = format
        self.now = now
        self.sink = sink
    }

    /// Changes the threshold for every logger of this output at once; a reload does this.
    package func setLevel(_ level: LogLevel) {
        threshold.store(level.rank, ordering: .relaxed)
    }

    func isEnabled(_ level: LogLevel) -> Bool {
        level.rank >= threshold.load(ordering: .relaxed)
    }

    func write(level: LogLevel, subsystem: String, message: String, fields: LogFields) {
        let line = LogLine(time: now(), level: level, subsystem: subsystem, message: message, fields: fields)
        switch format {
        case .json: sink(line.json())
        case .text: sink(line.columns(isColoured: false))
        case .coloured: sink(line.columns(isColoured: true))
        }
    }
}
