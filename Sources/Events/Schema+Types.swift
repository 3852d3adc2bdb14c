// The event types of the schema, and the sets of them that several fields share.

extension Schema {
    package static let types: [EventTypeRow] = [
        EventTypeRow(.accountQRCode, "account.qrcode", "a login QR code was shown or changed its state"),
        EventTypeRow(.accountLogin, "account.login", "an account logged in"),
        EventTypeRow(.accountLogout, "account.logout", "an account logged out or lost its connection"),
        EventTypeRow(.messageReceived, "message.received", "a message arrived"),
        EventTypeRow(.messageSent, "message.sent", "a message of the account's own went out"),
        EventTypeRow(.messageFailed, "message.failed", "a message could not be sent"),
        EventTypeRow(.sendRequested, "send.requested", "a tenant asked for a message to be sent"),
        EventTypeRow(.appInteraction, "app.interaction", "a member used an application's menu, card or page"),
        EventTypeRow(.appChanged, "app.changed", "an application's state or visibility changed"),
        EventTypeRow(.contactChanged, "contact.changed", "a member, department or member tag changed"),
        EventTypeRow(.customerChanged, "customer.changed", "a customer was added, changed or removed"),
        EventTypeRow(.customerGroupChanged, "customer_group.changed", "a customer group changed"),
        EventTypeRow(.customerTagChanged, "customer_tag.changed", "a customer tag or tag group changed"),
        EventTypeRow(.acquisitionChanged, "acquisition.changed", "an acquisition link was used or its quota changed"),
        EventTypeRow(.serviceNotified, "service.notified", "customer service has messages or accounts to pull"),
        EventTypeRow(.archiveNotified, "archive.notified", "the message archive has something to pull"),
        EventTypeRow(.approvalChanged, "approval.changed", "a request for approval changed its state"),
        EventTypeRow(.schoolChanged, "school.changed", "a student, parent or school department changed"),
        EventTypeRow(.chainChanged, "chain.changed", "a supply chain, its corporations or groups changed"),
        EventTypeRow(.calendarChanged, "calendar.changed", "a calendar or one of its entries changed"),
        EventTypeRow(.meetingChanged, "meeting.changed", "a meeting or the booking of a room changed"),
        EventTypeRow(.livingChanged, "living.changed", "a live broadcast changed its state"),
        EventTypeRow(.documentChanged, "document.changed", "a document, form, sheet, drive or file changed"),
        EventTypeRow(.mailReceived, "mail.received", "mail arrived"),
        EventTypeRow(.securityChanged, "security.changed", "a security setting or privileged account changed"),
        EventTypeRow(.deviceReported, "device.reported", "a device reported readings"),
        EventTypeRow(.jobFinished, "job.finished", "an asynchronous job ended"),
        EventTypeRow(.suiteTicket, "suite.ticket", "a suite's ticket was renewed"),
        EventTypeRow(.suiteAuthorised, "suite.authorised", "a corporation changed what a suite may do"),
        EventTypeRow(.suiteOrder, "suite.order", "an order or licence of a suite changed"),
        EventTypeRow(.suiteRegistered, "suite.registered", "a corporation registered through a suite"),
        EventTypeRow(.botEvent, "bot.event", "somebody used an AI bot other than by a message"),
        EventTypeRow(.quotaReached, "quota.reached", "a tenant has used 80 % or all of a quota"),
        EventTypeRow(
            .endpointFailing, "endpoint.failing", "a webhook fails so often that it is tried only now and then"),
        EventTypeRow(.endpointRecovered, "endpoint.recovered", "a webhook that failed takes deliveries again"),
        EventTypeRow(
            .endpointDisabled, "endpoint.disabled", "a webhook gets nothing any more until it is enabled again"),
        EventTypeRow(.unknown, "unknown", "nothing this version knows; `raw` has all of it"),
    ]
}

/// What is known about an event type.
package struct EventTypeRow: Sendable {
    package let type: EventType
    package let name: String
    /// A sentence without its full stop that says what happened.
    package let meaning: String

    init(_ type: EventType, _ name: String, _ meaning: String) {
        self.type = type
        self.name = name
        self.meaning = meaning
    }
}

extension EventTypeSet {
    static let messages: EventTypeSet = [.messageReceived, .messageSent, .messageFailed, .sendRequested]

    static let messagesOrUnknown = messages.union([.unknown])

    static let interactions: EventTypeSet = [.appInteraction, .botEvent]

    static let located = messages.union([.appInteraction])

    /// Types whose events belong to a chat.
    static let conversational = messages.union([
        .appInteraction, .botEvent, .customerChanged, .customerGroupChanged, .serviceNotified, .unknown,
    ])

    /// Types a GUID instance reports.
    static let instance: EventTypeSet = [
        .accountQRCode, .accountLogin, .accountLogout, .messageReceived, .messageSent, .unknown,
    ]

    /// Types a WeCom callback carries; all but those of instances and of Weir's own.
    static let callback = all.subtracting([
        .accountQRCode, .accountLogin, .accountLogout, .messageSent, .messageFailed, .sendRequested, .quotaReached,
    ]).subtracting(.endpoints)

    /// Types that a suite's instruction callbacks carry.
    static let suite: EventTypeSet = [
        .appChanged, .contactChanged, .customerChanged, .customerGroupChanged, .customerTagChanged,
        .acquisitionChanged, .archiveNotified, .schoolChanged, .jobFinished, .suiteTicket, .suiteAuthorised,
        .suiteOrder, .suiteRegistered, .unknown,
    ]

    /// Types about or caused by a member.
    static let people = all.subtracting([.accountQRCode, .suiteTicket, .quotaReached]).subtracting(.endpoints)

    /// What Weir tells of webhooks.
    static let endpoints: EventTypeSet = [.endpointFailing, .endpointRecovered, .endpointDisabled]

    static let customers: EventTypeSet = [.customerChanged, .acquisitionChanged, .archiveNotified, .unknown]
}
