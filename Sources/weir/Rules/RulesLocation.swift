// Where commands find the rules, and how they say that they did not.

import Gateway
import Rules

enum RulesLocation {
    /// What the configuration says; without one, its default.
    /// - configuration: the value of `--config`.
    static func configured(_ configuration: String?) throws(CommandError) -> String {
        try ConfigurationFile(named: configuration).configurationIfAny().rules
    }

    /// With the tests beside them.
    static func read(_ path: String) throws(CommandError) -> RuleFiles {
        do throws(RulesFault) {
            return try RuleFiles.read(path: path, mayWait: true)
        } catch {
            throw .failed("\(error)")
        }
    }

    static func load(_ path: String) throws(CommandError) -> CheckedFiles {
        do throws(RulesFault) {
            return try RuleSet.load(path: path)
        } catch {
            throw .failed("\(error)")
        }
    }
}
