// The last part of the schema's table: what Weir itself tells a tenant about what it may use.

extension Schema {
    static let quotaFields: [FieldRow] = [
        FieldRow(
            .quota, "content.quota", .token(["accounts", "messages", "sends", "callbacks"]), [.quotaReached],
            "which quota it is"),
        FieldRow(
            .percent, "content.percent", .number, [.quotaReached],
            "how much of it is used: 80 once, 100 when it is used up or something was refused"),
        FieldRow(.used, "content.used", .number, [.quotaReached], "how much was used by then"),
        FieldRow(.limit, "content.limit", .number, [.quotaReached], "how much may be used"),
        FieldRow(
            .freesAt, "content.frees_at", .time, [.quotaReached],
            "when there is room again, if only time has to pass for it"),
    ]
}
