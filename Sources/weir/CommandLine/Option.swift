// One option of a command: its row in the help, and the key that its value is found by.

struct Option: Sendable {
    /// As it is written, without `--`.
    let name: String
    /// What the help calls its value; nil for a flag, which has none.
    let value: String?
    let help: String
    let isRequired: Bool

    init(_ name: String, _ value: String?, _ help: String, isRequired: Bool = false) {
        self.name = name
        self.value = value
        self.help = help
        self.isRequired = isRequired
    }

    static func flag(_ name: String, _ help: String) -> Option { Option(name, nil, help) }

    /// `--port PORT`
    var shown: String { "--\(name)" + (value.map { " \($0)" } ?? "") }
}
