// From the words of the user to a command, or to its help: `weir rules check`, `weir rules --help`, `weir help rules check`.

import Language
import Telemetry

struct Dispatcher {
    enum Decision {
        case run(any Command)
        case help(String)
    }

    private let root: CommandGroup
    /// The words that were understood: what a message names, and what its pointer to the help begins with.
    private(set) var path: [String]

    init(_ root: CommandGroup) {
        self.root = root
        path = [root.name]
    }

    mutating func run(_ words: [String]) -> ExitStatus {
        do throws(CommandError) {
            switch try decide(words) {
            case .run(let command):
                return try command.run()
            case .help(let text):
                try StandardOutput.write(text)
                return .success
            }
        } catch {
            let command = path.joined(separator: " ")
            switch error {
            case .usage(let message):
                StandardError.write(Array("\(command): \(message)\nSee `\(command) --help`.\n".utf8))
                return .trouble
            case .failed(let message):
                StandardError.write(Array("\(command): \(message)\n".utf8))
                return .failure
            case .troubled(let message):
                StandardError.write(Array("\(command): \(message)\n".utf8))
                return .trouble
            }
        }
    }

    mutating func decide(_ words: [String]) throws(CommandError) -> Decision {
        var words = words[...]
        let asksForHelp = words.first == "help"
        if asksForHelp { words.removeFirst() }
        var group = root
        while let word = words.popFirst() {
            if word == "--help" || word == "-h" { return .help(group.help(path: path)) }
            switch try entry(word, of: group) {
            case .subgroup(let inner):
                group = inner
            case .command(let command):
                if asksForHelp { return .help(command.manual.help(path: path)) }
                let arguments = try Arguments(Array(words), readBy: command.manual)
                if arguments.askForHelp { return .help(command.manual.help(path: path)) }
                return .run(try command.init(arguments))
            }
        }
        if asksForHelp { return .help(group.help(path: path)) }
        throw .usage("give a command: \(group.listed)")
    }

    private mutating func entry(_ word: String, of group: CommandGroup) throws(CommandError) -> CommandGroup.Entry {
        // What every other program answers to.
        let name = group.name == root.name && word == "--version" ? "version" : word
        if let entry = group.entries.first(where: { $0.name == name }) {
            path.append(name)
            return entry
        }
        if word.hasPrefix("-") { throw .usage("the command comes first, then `\(word)`; commands are \(group.listed)") }
        let guess = didYouMeanSuffix(word, among: group.entries.map(\.name))
        throw .usage("there is no command `\(word)`\(guess.isEmpty ? "; there are \(group.listed)" : guess)")
    }
}

extension CommandGroup {
    fileprivate var listed: String { entries.map(\.name).joined(separator: ", ") }
}
