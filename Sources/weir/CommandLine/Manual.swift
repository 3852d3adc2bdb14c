// What a command says about itself: enough to read its words and to print its help.

struct Manual: Sendable {
    let name: String
    /// One line for the list of commands.
    let summary: String
    let operands: Operands
    let options: [Option]
    /// What a user should know beyond the options; may have several lines.
    let notes: String

    init(_ name: String, _ summary: String, operands: Operands = .none, options: [Option] = [], notes: String = "") {
        self.name = name
        self.summary = summary
        self.operands = operands
        self.options = options
        self.notes = notes
    }
}

/// The words that are neither options nor their values; the texts are what the help calls them.
enum Operands: Sendable {
    case none
    case optional(String)
    case one(String)
    case any(String)

    var countMax: Int {
        switch self {
        case .none: 0
        case .optional, .one: 1
        case .any: .max
        }
    }

    var shown: String? {
        switch self {
        case .none: nil
        case .optional(let name): "[\(name)]"
        case .one(let name): name
        case .any(let name): "[\(name)…]"
        }
    }
}
