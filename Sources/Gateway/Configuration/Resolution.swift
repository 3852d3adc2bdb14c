// From drafts to values: fetches secrets, checks them, and sees to what must be there and must be unique.

import Language
import Telemetry

struct Resolution {
    let surroundings: Surroundings
    var findings: Findings

    /// A value that could be made, beside the draft it was made from.
    struct Resolved<Draft, Value> {
        let draft: Draft
        let value: Value?
    }

    mutating func tenants(of draft: ConfigurationDraft) -> [Resolved<TenantDraft, Tenant>] {
        refuseRepeated(draft.tenants.map(\.name), what: "tenant", why: "one tenant is one block")
        // Of all tenants: the name is the URL.
        refuseRepeated(
            draft.tenants.flatMap(\.sources).map(\.name), what: "source",
            why: "the name of a source is the end of its URL, so no two have the same, of whatever tenant")
        return draft.tenants.map { tenant in
            refuseRepeated(
                tenant.webhooks.map(\.name), what: "webhook", why: "its deliveries are kept under its name")
            let sources = tenant.sources.map { source($0, of: tenant.name.value) }
            let endpoints = tenant.webhooks.map {
                endpoint($0, of: tenant.name.value, defaults: draft.configuration.delivery)
            }
            return Resolved(
                draft: tenant,
                value: Tenant(
                    name: tenant.name.value, sources: sources.compactMap(\.self),
                    endpoints: endpoints.compactMap(\.self)))
        }
    }

    private mutating func refuseRepeated(_ names: [Located<String>], what: String, why: String) {
        var first: [String: SourceRange] = [:]
        for name in names {
            if let earlier = first[name.value] {
                findings.error(
                    "\(what) \"\(name.value)\" stands twice; the first is on line \(earlier.line)", at: name.range,
                    hint: why)
            } else {
                first[name.value] = name.range
            }
        }
    }

    /// The value of a secret; nil when it cannot be had, which is then reported.
    mutating func text(of secret: Located<Secret>) -> Masked<String>? {
        do throws(SecretFault) {
            let fetched = try surroundings.fetch(secret.value)
            if fetched.isWorldReadable {
                findings.warning(
                    "every user of this host can read this secret", at: secret.range,
                    hint: "`chmod 600` the file, or mount it so that only Weir's user reads it")
            }
            return fetched.text
        } catch let fault {
            findings.error("\(fault)", at: secret.range)
            return nil
        }
    }
}

extension Secret {
    /// How a message begins that is about the secret: with its place, and never with its value.
    var subject: String {
        if case .inline = self { "this" } else { shown }
    }
}
