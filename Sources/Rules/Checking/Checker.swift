// Checks declarations against the schema and against each other. Goes on after each error, so that one run tells of all.

import Language

struct Checker {
    var rules = CheckedRules()
    var findings: Findings

    static func check(_ declarations: Declarations, findings: inout Findings) -> CheckedRules {
        var checker = Checker(findings: findings)
        checker.checkRoutes(declarations.routes)
        checker.checkMonitoring(declarations)
        findings = checker.findings
        return checker.rules
    }

    private init(findings: Findings) {
        self.findings = findings
    }

    /// Reports what stands twice, the later one with the place of the first.
    mutating func refuseDuplicates(_ what: String, _ names: [Located<String>]) {
        var first: [String: SourceRange] = [:]
        for name in names {
            if let earlier = first[name.value] {
                let hint = findings.isFull ? nil : "the first is at \(earlier.place)"
                findings.error("\(what) stands twice", at: name.range, hint: hint)
            } else {
                first[name.value] = name.range
            }
        }
    }
}
