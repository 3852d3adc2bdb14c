// How commands show findings: the diagnostics on standard error, their number in the last line.

import Language
import Telemetry

extension Findings {
    func print() {
        guard !isEmpty else { return }
        StandardError.write(Array((rendered + "\n\n").utf8))
    }

    var warningCount: Int { diagnostics.count { $0.severity == .warning } }

    /// "2 errors and 1 warning"
    var counted: String { counted(errors: 0, warnings: 0) }

    /// With so many that have no place in a file; empty when there are none at all.
    func counted(errors moreErrors: Int, warnings moreWarnings: Int) -> String {
        let all = diagnostics
        let errors = all.count { $0.severity == .error }
        let parts = [(errors + moreErrors, "error"), (all.count - errors + moreWarnings, "warning")].filter { $0.0 > 0 }
        return parts.map { quantity($0.0, $0.1) }.joined(separator: " and ")
    }
}

/// "1 route", "3 routes"
func quantity(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
