// A webhook's draft becomes an endpoint.

import Events
import Language
import Loop
import Telemetry

extension Resolution {
    mutating func endpoint(_ draft: WebhookDraft, of tenant: String, defaults: DeliverySettings) -> Endpoint? {
        if draft.isWhole {
            if draft.url == nil { findings.error("\(draft.owner) has no `url`", at: draft.name.range) }
            if draft.secret == nil { findings.error("\(draft.owner) has no `secret`", at: draft.name.range) }
        }
        if draft.name.value.hasPrefix(EndpointID.subscriptionPrefix) {
            findings.error(
                "names that begin with `\(EndpointID.subscriptionPrefix)` are those of subscriptions",
                at: draft.name.range)
        }
        let key = draft.secret.flatMap { webhookKey($0) }
        let previousKey = draft.previousSecret.flatMap { webhookKey($0) }
        let headers = draft.headers.compactMap { header($0.key, $0.value) }
        let identity = draft.clientCertificate.flatMap { clientIdentity($0) }
        guard let url = draft.url?.value, let key else { return nil }
        return Endpoint(
            tenant: tenant, name: draft.name.value, url: url, keys: [key] + [previousKey].compactMap(\.self),
            types: draft.types ?? .all, concurrency: draft.concurrency ?? defaults.concurrency,
            timeout: draft.timeout ?? defaults.timeout, headers: headers, rate: draft.rate,
            schedule: draft.schedule.map { RetrySchedule(delays: $0) }, clientIdentity: identity)
    }

    private mutating func webhookKey(_ secret: Located<Secret>) -> WebhookKey? {
        guard let text = text(of: secret) else { return nil }
        do throws(WebhookKey.Fault) {
            return try WebhookKey(text.revealed)
        } catch let fault {
            findings.error(
                "\(secret.value.subject) is no webhook secret: \(fault)", at: secret.range,
                hint: "make one with: echo whsec_$(openssl rand -base64 32)")
            return nil
        }
    }

    private mutating func clientIdentity(_ stem: Located<String>) -> ClientIdentity? {
        let certificates: String
        do throws(SecretFault) {
            // No secret, so anybody may read it.
            certificates = try surroundings.fetch(.file(path: stem.value + ".pem")).text.revealed
        } catch let fault {
            findings.error("\(fault)", at: stem.range)
            return nil
        }
        let keyFile = Located(Secret.file(path: stem.value + ".key"), at: stem.range)
        guard let key = text(of: keyFile)?.revealed else { return nil }
        do throws(ClientIdentity.Fault) {
            return try ClientIdentity(certificates: certificates, key: key)
        } catch let fault {
            findings.error("\(stem.value).pem and .key cannot be shown to a receiver: \(fault)", at: stem.range)
            return nil
        }
    }

    private mutating func header(_ name: Located<String>, _ secret: Located<Secret>) -> EndpointHeader? {
        guard let value = text(of: secret)?.revealed else { return nil }
        if let problem = EndpointHeader.problem(name: name.value, value: value) {
            findings.error(problem, at: name.range)
            return nil
        }
        return EndpointHeader(name: name.value, value: value)
    }
}
