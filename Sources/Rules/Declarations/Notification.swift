// Which alerts reach which channels, and how they are held together and held back.

/// `notify LEVEL { to … }`
package struct Notification: Equatable, Sendable {
    package enum Recipients: Equatable, Sendable {
        case all
        case channels([String])
    }

    package var level: AlertLevel
    package var recipients: Recipients
}

/// `group by [LABEL, …] wait DURATION`: alerts alike in these labels leave as one message.
package struct AlertGrouping: Equatable, Sendable {
    package enum Label: String, CaseIterable, Sendable {
        case tenant
        case account
        case alert
        case level
    }

    package var labels: [Label]
    package var wait: Duration
}

/// `silence "NAME" { … }`: a stretch of every day without notifications.
package struct Silence: Equatable, Sendable {
    package var name: String
    package var startMinute: Int
    package var endMinute: Int
    /// A name of the time zone database; whether it exists there is for the system to say that evaluates it.
    package var zone: String
    package var levels: [AlertLevel]
}
