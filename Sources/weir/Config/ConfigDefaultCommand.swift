// `weir config default`: the reference of the configuration, which is itself a configuration.

import Gateway

struct ConfigDefaultCommand: Command {
    static let manual = Manual(
        "default", "prints a commented configuration with every setting, its default and its reason",
        notes: "To begin with: weir config default > weir.conf")

    init(_ arguments: Arguments) throws(CommandError) {}

    func run() throws(CommandError) -> ExitStatus {
        try StandardOutput.write(ConfigurationText.commentedDefault())
        return .success
    }
}
