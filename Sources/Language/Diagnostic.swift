// What is wrong in a file and where: made by `Findings` only, shown by `weir … check`, the log and `/readyz`.

package struct Diagnostic: Sendable {
    package enum Severity: String, Sendable {
        /// The file cannot be used.
        case error
        /// The file can be used, but hardly means what it says.
        case warning
    }

    package let severity: Severity
    package let message: String
    package let range: SourceRange
    /// What to write instead, or why the rule exists; nil when the message says it all.
    package let hint: String?
}
