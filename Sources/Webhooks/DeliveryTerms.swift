// What the configuration says of all deliveries; an endpoint may have a schedule of its own.

package import Gateway

package struct DeliveryTerms: Sendable {
    package let schedule: RetrySchedule
    package let breakerAfter: Int
    package let disableAfter: Duration

    package let history: DeliveryHistorySettings

    package init(_ settings: DeliverySettings) {
        schedule = RetrySchedule(delays: settings.schedule)
        breakerAfter = settings.breakerAfter
        disableAfter = settings.disableAfter
        history = settings.history
    }
}
