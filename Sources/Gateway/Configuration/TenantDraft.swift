// A tenant as it is written.

import Language

struct TenantDraft {
    let name: Located<String>
    private(set) var sources: [SourceDraft] = []
    private(set) var webhooks: [WebhookDraft] = []

    /// ```
    /// tenant "NAME" { source "NAME" { … } …  webhook "NAME" { … } … }
    /// ```
    init(reading cursor: inout Cursor) throws(Reported) {
        name = try cursor.resourceName("the name of a tenant")
        try cursor.block(of: "tenant \"\(name.value)\"", once: [], many: ["source", "webhook"]) {
            cursor, word throws(Reported) in
            if word.value == "source" {
                sources.append(try SourceDraft(reading: &cursor))
            } else {
                webhooks.append(try WebhookDraft(reading: &cursor))
            }
        }
    }
}
