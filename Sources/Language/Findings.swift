// The errors and warnings of one run over one or more files. A parser and a checker add to it as they go, and go on.

package struct Findings: Sendable {
    /// A file with more than this is not a rule file; what follows is left out and counted.
    static let limit = 500

    private var collected: [Diagnostic] = []
    private var leftOut = 0

    package init() {}

    package mutating func error(_ message: String, at range: SourceRange, hint: String? = nil) {
        add(.error, message, range, hint)
    }

    package mutating func warning(_ message: String, at range: SourceRange, hint: String? = nil) {
        add(.warning, message, range, hint)
    }

    package mutating func add(_ others: Findings) {
        for diagnostic in others.collected { keep(diagnostic) }
        leftOut += others.leftOut
        hasErrors = hasErrors || others.hasErrors
    }

    /// Whether further findings are only counted: nobody needs a good guess for them.
    package var isFull: Bool { collected.count >= Self.limit }

    package var isEmpty: Bool { collected.isEmpty }

    /// Also of those that are left out.
    package private(set) var hasErrors = false

    /// In the order of the files as first mentioned, and within a file from top to bottom, as one mends them.
    package var diagnostics: [Diagnostic] {
        var order: [ObjectIdentifier: Int] = [:]
        for diagnostic in collected {
            let file = ObjectIdentifier(diagnostic.range.file)
            if order[file] == nil { order[file] = order.count }
        }
        func key(_ diagnostic: Diagnostic) -> (Int, Int) {
            (order[ObjectIdentifier(diagnostic.range.file)] ?? 0, diagnostic.range.bytes.lowerBound)
        }
        return collected.enumerated().sorted { left, right in
            let (a, b) = (key(left.element), key(right.element))
            return a == b ? left.offset < right.offset : a < b
        }.map(\.element)
    }

    /// Everything as text, a blank line between two findings; empty when there are none.
    package var rendered: String {
        var parts = diagnostics.map(\.rendered)
        if leftOut > 0 { parts.append("\(leftOut) more findings are not shown") }
        return parts.joined(separator: "\n\n")
    }

    /// A message may quote the file, and nothing of a file reaches a terminal or a log as it is.
    private mutating func add(
        _ severity: Diagnostic.Severity, _ message: String, _ range: SourceRange, _ hint: String?
    ) {
        guard !isFull || severity == .error && !hasErrors else {
            leftOut += 1
            hasErrors = hasErrors || severity == .error
            return
        }
        keep(
            Diagnostic(
                severity: severity, message: DisplayWidth.printable(message), range: range,
                hint: hint.map { DisplayWidth.printable($0) }))
    }

    /// The first error takes the place of a warning if there is no other: nobody could mend a file whose only error is not shown.
    private mutating func keep(_ diagnostic: Diagnostic) {
        if diagnostic.severity == .error, !hasErrors {
            hasErrors = true
            if isFull {
                collected.removeLast()
                leftOut += 1
            }
        }
        if isFull { leftOut += 1 } else { collected.append(diagnostic) }
    }
}
