// Whose deliveries `weir listen` takes for genuine: who signs with these keys.

import Gateway

struct ExpectedSender: Sendable {
    let keys: [WebhookVerificationKey]
    /// What the configuration has about it; nil when only the key is known.
    let endpoint: Endpoint?

    init(_ endpoint: Endpoint) throws(CommandError) {
        guard !endpoint.keys.isEmpty else { throw .failed("deliveries to \(endpoint.id) are not signed") }
        keys = endpoint.keys.map(\.verification)
        self.endpoint = endpoint
    }

    init(_ key: String) throws(CommandError) {
        do throws(WebhookKey.Fault) {
            keys = [try WebhookVerificationKey(key)]
        } catch {
            throw .failed("`--secret`: \(error)")
        }
        endpoint = nil
    }
}
