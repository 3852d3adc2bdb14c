// What `weir envelope open` and `seal` have in common: the settings of a callback URL, as WeCom's console has them.

import Gateway
import Language
import Telemetry

enum EnvelopeOptions {
    static let token = Option("token", "TOKEN", "the Token of the console", isRequired: true)
    static let key = Option("key", "AESKEY", "the EncodingAESKey of the console, 43 characters", isRequired: true)

    static let note = """
        A TOKEN or AESKEY may be written env:NAME or file:PATH, to keep it out of the shell's history.
        """
}

extension Arguments {
    /// The value of an option that holds a secret: as it is, or the place it is to be fetched from.
    func secret(_ option: Option) throws(CommandError) -> String? {
        guard let text = self[option] else { return nil }
        let secret: Secret
        if text.hasPrefix("env:") {
            secret = .environment(String(text.dropFirst(4)))
        } else if text.hasPrefix("file:") {
            secret = .file(path: String(text.dropFirst(5)))
        } else {
            return text
        }
        let surroundings = try Surroundings.ofThisProcess()
        do throws(SecretFault) {
            return try surroundings.fetch(secret).text.revealed
        } catch {
            throw .failed("`--\(option.name)`: \(error)")
        }
    }

    func requiredSecret(_ option: Option) throws(CommandError) -> String {
        guard let text = try secret(option) else { throw .usage("give `\(option.shown)`") }
        return text
    }
}
