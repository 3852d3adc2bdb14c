// What every module logs through: a subsystem's name in front of a shared output. A value, passed down at construction;
// there is no global logger. A disabled level costs one relaxed load: message and fields are not even built.

/// Ordered, so that a line shows its fields as the call wrote them.
package typealias LogFields = KeyValuePairs<String, any Loggable>

package struct Logger: Sendable {
    /// Which concern speaks, in the terms of ARCHITECTURE.md (`edge`, `redis`, `delivery`): one `grep` follows it.
    package let subsystem: String
    private let output: LogOutput

    package init(subsystem: String, output: LogOutput) {
        self.subsystem = subsystem
        self.output = output
    }

    /// The same output under another subsystem's name.
    package func named(_ subsystem: String) -> Logger {
        Logger(subsystem: subsystem, output: output)
    }

    package func isEnabled(_ level: LogLevel) -> Bool { output.isEnabled(level) }

    /// For diagnosing Weir itself; off unless asked for.
    package func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.debug, message(), fields())
    }

    /// What an operator wants to find later: started, reloaded, connected.
    package func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.info, message(), fields())
    }

    /// Weir copes, but somebody should look within days.
    package func warning(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.warning, message(), fields())
    }

    /// Something asked of Weir did not happen.
    package func error(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.error, message(), fields())
    }

    package func log(
        _ level: LogLevel, _ message: @autoclosure () -> String, _ fields: @autoclosure () -> LogFields = [:]
    ) {
        guard output.isEnabled(level) else { return }
        output.write(level: level, subsystem: subsystem, message: message(), fields: fields())
    }
}

extension Logger {
    /// Says nothing: for tests and for commands whose output is their result.
    package static let silent = Logger(
        subsystem: "", output: LogOutput(level: .error, format: .json, now: { .zero }, sink: { _ in }))
}
