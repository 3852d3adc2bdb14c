// The first part of the schema's table: what every record carries, and what says where the event came from.

extension Schema {
    static let recordFields: [FieldRow] = [
        FieldRow(.id, "id", .text, .all, "the event's own id, ordered by time of receipt", required: true),
        FieldRow(.type, "type", .types, .all, "what happened", required: true),
        FieldRow(.tenant, "tenant", .text, .all, "the tenant it belongs to", required: true),
        FieldRow(
            .account, "account", .text, .all, "the account it happened to; empty when that is the tenant as a whole",
            required: true),
        FieldRow(
            .conversation, "conversation", .text, .conversational,
            "the chat it belongs to: a group's id, else the other person's"),
        FieldRow(
            .time, "time", .time, .all,
            "when it happened by the sender's clock, else when it was received", required: true),
        FieldRow(.source, "source", .sources, .all, "how it came in", required: true),
        FieldRow(.sourceName, "source_name", .text, .all, "the configured source that received it"),
        FieldRow(.dedupe, "dedupe", .text, .all, "equal for two deliveries of one event, within one source"),
        FieldRow(
            .raw, "raw", .text, .all,
            "what was received, decrypted; `raw_base64` when it is not UTF-8", secret: true),
    ]

    static let originFields: [FieldRow] = [
        FieldRow(.event, "content.event", .text, .callback, "the vendor's own name of the event"),
        FieldRow(
            .changeType, "content.change_type", .text, .callback,
            "the vendor's own name of the change within the event"),
        FieldRow(.notifyType, "content.notify_type", .text, .instance, "the instance provider's number of the notice"),
        FieldRow(.guid, "content.guid", .text, .instance, "the instance that reported it"),
        FieldRow(.corpID, "content.corp_id", .text, .callback, "the corporation it was addressed to"),
        FieldRow(.authCorpID, "content.auth_corp_id", .text, .suite, "the corporation that installed the suite"),
        FieldRow(.providerCorpID, "content.provider_corp_id", .text, .suite, "the service provider's own corporation"),
        FieldRow(.suiteID, "content.suite_id", .text, .suite, "the suite it was addressed to"),
        FieldRow(.agentID, "content.agent_id", .text, .callback, "the application it was addressed to"),
        FieldRow(
            .appID, "content.app_id", .text, [.appChanged, .suiteOrder, .suiteAuthorised],
            "the suite's application within its installation"),
        FieldRow(
            .botID, "content.bot_id", .text, [.messageReceived, .botEvent, .unknown],
            "the AI bot it was addressed to"),
    ]
}
