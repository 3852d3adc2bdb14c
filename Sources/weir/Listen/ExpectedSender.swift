// Whose deliveries `weir listen` takes for genuine: who signs with these secrets.

import Gateway

struct ExpectedSender: Sendable {
    let secret: WebhookSecret
    let previousSecret: WebhookSecret?
    /// What the configuration has about it; nil when only the secret is known.
    let endpoint: Endpoint?

    init(_ endpoint: Endpoint) throws(CommandError) {
        guard let secret = endpoint.secret else { throw .failed("deliveries to \(endpoint.id) are not signed") }
        self.secret = secret
        previousSecret = endpoint.previousSecret
        self.endpoint = endpoint
    }

    init(_ secret: String) throws(CommandError) {
        do throws(WebhookSecret.Fault) {
            self.secret = try WebhookSecret(secret)
        } catch {
            throw .failed("`--secret`: \(error)")
        }
        previousSecret = nil
        endpoint = nil
    }
}
