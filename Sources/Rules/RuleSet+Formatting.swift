// Rule files in their one style, for `weir rules fmt`.

package import Language

/// What came of formatting a file.
package struct FormattedFile: Sendable {
    /// Nil if the findings have an error: such a file is left as it is.
    package let bytes: [UInt8]?
    package let findings: Findings
}

extension RuleSet {
    /// Only what can be read is formatted; whether the rules make sense is the checker's business.
    package static func format(_ file: SourceFile) -> FormattedFile {
        var declarations = Declarations()
        var cursor = Parser.read(file, into: &declarations)
        let bytes = cursor.format()
        return FormattedFile(bytes: bytes, findings: cursor.findings)
    }
}
