// Overrides from the environment: `WEIR_EDGE_BODY_LIMIT=512KB`. A variable is read as a file of one value that is named
// after it, so its mistakes are shown like those of the file, with a caret under the very character.

import Language

extension ConfigurationDraft {
    mutating func override(from variables: [String: String]) {
        for setting in Setting.table {
            // An empty variable is an unset one: that is how compose files leave things out.
            guard let value = variables[setting.variable], !value.isEmpty else { continue }
            apply(setting, value)
        }
        warnOfMisspelt(variables)
    }

    private mutating func apply(_ setting: Setting, _ value: String) {
        let file = SourceFile(name: setting.variable, text: setting.environmentForm.text(of: value))
        var cursor = Cursor(file, mayHoldSecrets: true)
        do throws(Reported) {
            let start = cursor.next.range
            try setting.read(&cursor, &configuration)
            guard cursor.isAtEnd else { throw cursor.refuse("the end of the value") }
            places[setting.name] = start.through(cursor.last?.range ?? start)
        } catch {
            // Reported with its place; what matters is that the other variables are read too.
        }
        findings.add(cursor.findings)
    }

    /// Near misses, and what begins like the variables of a block. Kubernetes puts WEIR_SERVICE_HOST, WEIR_API_PORT and the like
    /// into every container beside services `weir` and `weir-api`.
    private mutating func warnOfMisspelt(_ variables: [String: String]) {
        let known = Setting.table.map(\.variable)
        for name in variables.keys.sorted() where name.hasPrefix("WEIR_") && !known.contains(name) {
            let guess = didYouMean(name, among: known).flatMap { variables[$0] == nil ? $0 : nil }
            let isOfBlock = Setting.blocks.contains { name.hasPrefix("WEIR_\($0.name.uppercased())_") }
            let isKubernetes = name.contains("_SERVICE_") || name.contains("_PORT")
            guard guess != nil || isOfBlock && !isKubernetes else { continue }
            let cursor = Cursor(SourceFile(name: name, text: ""))
            findings.warning(
                "no setting is overridden by \(name)" + (guess.map { "; did you mean \($0)?" } ?? ""),
                at: cursor.next.range)
        }
    }
}

extension EnvironmentForm {
    /// The value in the language's syntax. What already is in that syntax stays as it is.
    func text(of value: String) -> String {
        switch self {
        case .asWritten: value
        case .quoted: value.hasPrefix("\"") ? value : SettingText.string(value)
        case .list: value.hasPrefix("[") ? value : "[\(value)]"
        case .quotedList:
            value.hasPrefix("[")
                ? value
                : SettingText.list(
                    value.split(separator: ",").map { SettingText.string(String($0.trimmingSpaces)) })
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var trimmed = self
        while trimmed.first == " " { trimmed.removeFirst() }
        while trimmed.last == " " { trimmed.removeLast() }
        return trimmed
    }
}
