// weir.conf as it is written: settings applied to a configuration, tenants as drafts that still know their places.

import Language

struct ConfigurationDraft {
    var configuration = Configuration()
    /// Where each setting was set, in the file or in a variable; settings left alone have no place.
    var places: [String: SourceRange] = [:]
    var tenants: [TenantDraft] = []
    var findings = Findings()

    /// ```
    /// data "…"  rules "…"  loops N  BLOCK { WORD VALUE … } …  tenant "NAME" { … } …
    /// ```
    init(of file: SourceFile) {
        var cursor = Cursor(file, mayHoldSecrets: true)
        let top = Setting.table.filter { $0.block == nil }.map(\.word)
        let words = top + Setting.blocks.map(\.name)
        var seen: [String: SourceRange] = [:]
        cursor.statements(words + ["tenant"], in: "the configuration") { cursor, word throws(Reported) in
            guard word.value != "tenant" else {
                tenants.append(try TenantDraft(reading: &cursor))
                return
            }
            if let first = seen[word.value] {
                throw cursor.error(
                    "`\(word.value)` stands twice in the configuration", at: word.range,
                    hint: "the first is on line \(first.line)")
            }
            seen[word.value] = word.range
            if let setting = Setting.named(word.value) {
                try read(setting, at: word.range, &cursor)
            } else {
                try readBlock(word.value, &cursor)
            }
        }
        findings = cursor.findings
    }

    private mutating func readBlock(_ name: String, _ cursor: inout Cursor) throws(Reported) {
        let words = Setting.table.filter { $0.block == name }.map(\.word)
        try cursor.block(of: "`\(name)`", once: words) { cursor, word throws(Reported) in
            guard let setting = Setting.named("\(name).\(word.value)") else { throw cursor.refuse("a setting") }
            try read(setting, at: word.range, &cursor)
        }
    }

    private mutating func read(_ setting: Setting, at range: SourceRange, _ cursor: inout Cursor) throws(Reported) {
        try setting.read(&cursor, &configuration)
        places[setting.name] = range.through(cursor.last?.range ?? range)
    }
}
