// Commands that share a first word, such as `rules`; the program itself is the outermost group.

struct CommandGroup: Sendable {
    let name: String
    let summary: String
    let entries: [Entry]

    enum Entry: Sendable {
        case command(any Command.Type)
        case subgroup(CommandGroup)

        static func group(_ name: String, _ summary: String, _ entries: [Entry]) -> Entry {
            .subgroup(CommandGroup(name, summary, entries))
        }

        var name: String {
            switch self {
            case .command(let command): command.manual.name
            case .subgroup(let group): group.name
            }
        }

        var summary: String {
            switch self {
            case .command(let command): command.manual.summary
            case .subgroup(let group): group.summary
            }
        }
    }

    init(_ name: String, _ summary: String, _ entries: [Entry]) {
        self.name = name
        self.summary = summary
        self.entries = entries
    }
}
