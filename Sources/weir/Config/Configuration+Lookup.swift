// Sources and webhooks by the names that a user types.

import Gateway
import Language

extension Configuration {
    /// - file: for messages, where the configuration is from.
    func source(named name: String, in file: ConfigurationFile) throws(CommandError) -> CallbackSource {
        let sources = tenants.flatMap(\.sources)
        if let source = sources.first(where: { $0.name == name }) { return source }
        let names = sources.map(\.name)
        throw .failed(Self.unknown("source", name, guess: didYouMean(name, among: names), names, in: file))
    }

    /// The first webhook when there is no name; a name that two tenants use is written TENANT/NAME.
    func endpoint(named name: String?, in file: ConfigurationFile) throws(CommandError) -> Endpoint {
        let endpoints = tenants.flatMap(\.endpoints)
        guard let name else {
            if let first = endpoints.first { return first }
            throw .failed(
                "\(file.path) has no webhook whose secret could verify deliveries; give --secret whsec_… or whpk_…")
        }
        let found = endpoints.filter { $0.id.text == name || $0.id.text == "\($0.tenant)/\(name)" }
        if found.count > 1 {
            throw .failed(
                "several tenants have a webhook \(name); say which: \(found.map(\.id.text).joined(separator: ", "))")
        }
        if let endpoint = found.first { return endpoint }
        let names = endpoints.map(\.id.text)
        // Either form may be misspelt.
        let short = endpoints.map { String($0.id.text.dropFirst($0.tenant.count + 1)) }
        throw .failed(Self.unknown("webhook", name, guess: didYouMean(name, among: names + short), names, in: file))
    }

    private static func unknown(
        _ kind: String, _ name: String, guess: String?, _ names: [String], in file: ConfigurationFile
    ) -> String {
        if names.isEmpty { return "\(file.path) has no \(kind)" }
        let hint = guess.map { "did you mean `\($0)`?" } ?? "it has \(names.joined(separator: ", "))"
        return "\(file.path) has no \(kind) `\(name)`; \(hint)"
    }
}
