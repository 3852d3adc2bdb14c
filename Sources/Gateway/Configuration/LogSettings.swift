// What is logged and how it looks.

package import Telemetry

package struct LogSettings: Sendable, Equatable {
    package var level = LogLevel.info
    package var format = Format.auto

    package enum Format: String, CaseIterable, Sendable {
        case auto, json, text
    }

    /// What the logger is made with, now that it is known where standard error leads.
    package func format(isTerminal: Bool) -> LogFormat {
        switch format {
        case .auto: .automatic(isTerminal: isTerminal)
        case .json: .json
        case .text: isTerminal ? .coloured : .text
        }
    }
}
