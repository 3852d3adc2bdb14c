import Events
import Language

@testable import Rules

extension RuleSet {
    /// Checks one file given as text; it is called `main.rules` in findings.
    static func check(_ text: String) -> CheckedFiles {
        check([SourceFile(name: "main.rules", text: text)])
    }
}

extension CheckedFiles {
    var summaries: [String] { findings.diagnostics.map(\.summary) }
}

extension Event {
    init(_ type: EventType, _ values: [Field: String]) {
        self.init(type, at: Timestamp(milliseconds: 1_795_473_180_123) ?? .epoch, source: .callback)
        for (field, value) in values { set(field, to: value) }
    }
}
