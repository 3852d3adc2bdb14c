// How a log line looks: JSON for machines, columns for a person at a terminal. `auto` of weir.conf decides at start.

package enum LogFormat: String, CaseIterable, Sendable {
    /// One JSON object a line.
    case json
    /// Columns without colour: a person reads it, but through a file or a pager.
    case text
    /// Columns with ANSI colours.
    case coloured

    /// What `format auto` means: a terminal has a reader, everything else has a collector.
    package static func automatic(isTerminal: Bool) -> LogFormat { isTerminal ? .coloured : .json }
}
