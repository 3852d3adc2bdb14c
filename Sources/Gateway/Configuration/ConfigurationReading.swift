// What reading weir.conf came to: `weir serve` starts with it, a reload prepares with it, `weir config check` prints it.
// File → drafts (the words, with their places) → values (secrets fetched, everything checked) → warnings.

package import Language

package struct ConfigurationReading: Sendable {
    /// nil when there is an error.
    package let configuration: Configuration?
    /// Errors and warnings, all of one run.
    package let findings: Findings

    package init(of file: SourceFile, in surroundings: Surroundings) {
        var draft = ConfigurationDraft(of: file)
        draft.override(from: surroundings.variables)
        var resolution = Resolution(surroundings: surroundings, findings: draft.findings)
        let tenants = resolution.tenants(of: draft)
        var configuration = draft.configuration
        configuration.tenants = tenants.compactMap(\.value)
        var checker = ConfigurationChecker(draft: draft, configuration: configuration, findings: resolution.findings)
        checker.check()
        findings = checker.findings
        self.configuration = findings.hasErrors ? nil : configuration
    }
}
