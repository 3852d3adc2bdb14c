// What happened in a run, line by line, for the message of a failure: made only when a seed is played again.

import Loop
import Synchronization
import Telemetry

/// Shared with loggers, which may be used on any thread; hence the locks.
final class Trace: Sendable {
    private let lines = Mutex<[String]>([])
    private let nanoseconds = Atomic<Int64>(0)

    init() {}

    func move(to now: Instant) { nanoseconds.store(now.nanoseconds, ordering: .relaxed) }

    func add(_ line: String) {
        let time = Instant(nanoseconds: nanoseconds.load(ordering: .relaxed))
        lines.withLock { $0.append("\(time.text)  \(line)") }
    }

    var text: [String] { lines.withLock { $0 } }

    /// A logger whose lines come into the trace.
    func logger(_ name: String) -> Logger {
        let sink: LogSink = { bytes in
            // Without the time of the line, which is the trace's.
            self.add("\(name) log " + bytes.text.dropFirst(25).trimmingSuffix { $0 == "\n" })
        }
        return Logger(subsystem: name, output: LogOutput(level: .debug, format: .text, now: { .zero }, sink: sink))
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while belongs: (Character) -> Bool) -> Substring {
        var rest = self
        while let last = rest.last, belongs(last) { rest.removeLast() }
        return rest
    }
}
