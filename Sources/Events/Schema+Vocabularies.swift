// The closed word lists of the schema's tokens that are too long for their row. `other` stands for what a vendor may add:
// the number or name as received is then found in a field beside it, or in `raw`.

extension FieldKind {
    static let types = FieldKind.token(Schema.types.map(\.name))

    static let sources = FieldKind.token(EventSource.allCases.map(\.rawValue))

    static let messageKinds = FieldKind.token([
        "text", "image", "voice", "video", "file", "location", "link", "mixed", "mini_program", "card", "app_card",
        "channel", "gif", "red_packet", "merged", "revoke", "typing", "read_report", "markdown", "system", "other",
    ])

    static let qrcodeStates = FieldKind.token([
        "waiting", "scanned", "confirmed", "authorised", "verify", "refused", "failed", "other",
    ])

    static let approvalStates = FieldKind.token([
        "pending", "passed", "rejected", "withdrawn", "withdrawn_after_pass", "deleted", "paid", "other",
    ])

    static let approvalChanges = FieldKind.token([
        "submitted", "agreed", "rejected", "transferred", "urged", "withdrawn", "withdrawn_after_pass", "commented",
        "sent_back", "approver_added", "agreed_with_approver_added", "handled", "handed_over", "other",
    ])
}

/// How an event came in.
package enum EventSource: String, CaseIterable, Sendable {
    case callback
    case api
    case system
}
