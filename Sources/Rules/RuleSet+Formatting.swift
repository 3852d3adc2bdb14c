// Rule files in their one style, for `weir rules fmt`.

package import Language

/// What came of formatting a file.
package struct FormattedFile: Sendable {
    /// Nil if the findings have an error: such a file is left as it is.
    package let bytes: [UInt8]?
    package let findings: Findings
}

extension RuleSet {
    /// Rules, or tests of rules. Only what can be read is formatted; whether it makes sense is the checker's business.
    package static func format(_ file: SourceFile) -> FormattedFile {
        var cursor = Cursor(file)
        // What an editor hands over has no name.
        if file.name.hasSuffix(RuleFiles.testSuffix) || Vocabulary.testStatements.contains(cursor.nextWord ?? "") {
            var parser = TrialParser()
            parser.read(&cursor)
        } else {
            var declarations = Declarations()
            Parser.read(&cursor, into: &declarations)
        }
        let bytes = cursor.format()
        return FormattedFile(bytes: bytes, findings: cursor.findings)
    }
}
