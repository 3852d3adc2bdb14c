// The very last part of the schema's table: what Weir itself tells a tenant about its webhooks.

extension Schema {
    static let endpointFields: [FieldRow] = [
        FieldRow(.endpoint, "content.endpoint", .text, .endpoints, "which webhook: its id, such as `acme/crm`"),
        FieldRow(
            .failingSince, "content.failing_since", .time, .endpoints, "since when nothing could be delivered to it"),
        FieldRow(
            .disabledBy, "content.disabled_by", .token(["failures", "gone"]), [.endpointDisabled],
            "nothing but failures for as long as `delivery.disable-after` says, or an answer 410"),
    ]
}
