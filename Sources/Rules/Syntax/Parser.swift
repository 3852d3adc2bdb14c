// Reads one rule file into declarations. Each clause's grammar stands above the function that reads it; the language reference is
// made of these comments.

import Language

struct Parser {
    private(set) var declarations: Declarations

    /// Adds the declarations of `file` to those of the files before it.
    static func parse(_ file: SourceFile, into declarations: inout Declarations, findings: inout Findings) {
        var cursor = Cursor(file)
        read(&cursor, into: &declarations)
        findings.add(cursor.findings)
    }

    /// Reads a whole file.
    static func read(_ cursor: inout Cursor, into declarations: inout Declarations) {
        var parser = Parser(declarations: Declarations())
        // Moved, not copied: otherwise each file would copy what all files before it have declared.
        swap(&parser.declarations, &declarations)
        cursor.statements(Vocabulary.statements, in: "a rule file") { cursor, word throws(Reported) in
            try parser.statement(word, &cursor)
        }
        declarations = parser.declarations
    }

    /// A rule file is a sequence of statements, in any order but for routes, which apply first to last.
    ///
    ///     FILE = [route … | quota … | alert … | channel … | notify … | suppress … | group … | silence …]…
    private mutating func statement(_ word: Located<String>, _ cursor: inout Cursor) throws(Reported) {
        switch word.value {
        case "route": declarations.routes.append(try route(&cursor))
        case "quota": declarations.quotas.append(try quota(&cursor))
        case "alert": declarations.alerts.append(try alert(&cursor))
        case "channel": declarations.channels.append(try channel(&cursor))
        case "notify": declarations.notifications.append(try notify(&cursor))
        case "suppress": declarations.suppressions.append(try suppress(word, &cursor))
        case "group": declarations.groupings.append(try group(word, &cursor))
        default: declarations.silences.append(try silence(&cursor))
        }
    }

    /// A level of an alert.
    ///
    ///     LEVEL = info | warning | critical
    func level(_ cursor: inout Cursor) throws(Reported) -> Located<AlertLevel> {
        let word = try cursor.choice("a level", among: AlertLevel.names)
        return Located(AlertLevel(rawValue: word.value) ?? .warning, at: word.range)
    }
}
