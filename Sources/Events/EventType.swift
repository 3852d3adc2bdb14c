// What an event is: the product's vocabulary, the same whatever came in. A vendor's own name for the thing is kept in
// `content.event`. Decided by the normalisers of module WeCom, asked for by rules and by webhook subscriptions.

/// The order of the cases is the order of the rows of ``Schema/types``.
package enum EventType: UInt8, CaseIterable, Sendable {
    case accountQRCode
    case accountLogin
    case accountLogout
    case messageReceived
    case messageSent
    case messageFailed
    case sendRequested
    case appInteraction
    case appChanged
    case contactChanged
    case customerChanged
    case customerGroupChanged
    case customerTagChanged
    case acquisitionChanged
    case serviceNotified
    case archiveNotified
    case approvalChanged
    case schoolChanged
    case chainChanged
    case calendarChanged
    case meetingChanged
    case livingChanged
    case documentChanged
    case mailReceived
    case securityChanged
    case deviceReported
    case jobFinished
    case suiteTicket
    case suiteAuthorised
    case suiteOrder
    case suiteRegistered
    case botEvent
    case quotaReached
    case endpointFailing
    case endpointRecovered
    case endpointDisabled
    case unknown
}

extension EventType {
    /// The name in records and rules, such as `message.received`.
    package var name: String { row.name }

    package var row: EventTypeRow { Schema.types[Int(rawValue)] }

    package init?(name: Span<UInt8>) {
        guard let type = Schema.typesByName[name] else { return nil }
        self = type
    }

    package init?(name: String) {
        guard let type = Schema.typesByName[name] else { return nil }
        self = type
    }
}

extension EventType: CustomStringConvertible {
    package var description: String { name }
}
