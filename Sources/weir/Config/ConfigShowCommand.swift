// `weir config show`: what is in force, file and environment together; for people in doubt and for scripts.

import Gateway
import Language
import Telemetry

struct ConfigShowCommand: Command {
    static let manual = Manual(
        "show", "prints the value of a setting, or all of them, with the environment's overrides",
        operands: .any("SETTING"),
        options: [ConfigurationFile.option],
        notes: """
            A SETTING is written as in `public.listen`; its value is printed as the file writes it, and an empty line
            for one that is absent.
            """)

    private let file: ConfigurationFile
    private let settings: [Setting]
    private let isNamed: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        file = try ConfigurationFile(named: arguments[ConfigurationFile.option])
        isNamed = !arguments.operands.isEmpty
        var settings: [Setting] = []
        for name in arguments.operands {
            guard let setting = Setting.named(name) else {
                let guess = didYouMeanSuffix(name, among: Setting.table.map(\.name))
                throw .usage("there is no setting `\(name)`\(guess)")
            }
            settings.append(setting)
        }
        self.settings = settings.isEmpty ? Setting.table : settings
    }

    func run() throws(CommandError) -> ExitStatus {
        let configuration = try file.configuration()
        var text = ""
        for setting in settings {
            let value = setting.shown(configuration) ?? ""
            text += isNamed ? "\(value)\n" : "\(setting.name) \(value)\n"
        }
        try StandardOutput.write(text)
        return .success
    }
}
