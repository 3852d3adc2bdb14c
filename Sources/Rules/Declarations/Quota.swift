// What a tenant may use, and what happens beyond it.

package struct Quota: Equatable, Sendable {
    package enum Subject: Hashable, Sendable {
        /// Every tenant without a quota of its own; also what such a quota leaves open.
        case everyone
        case tenant(String)
    }

    package enum Excess: String, CaseIterable, Sendable {
        case reject
        case delay
    }

    package struct Rate: Equatable, Sendable {
        package enum Period: String, CaseIterable, Sendable {
            case second
            case minute
            case hour
            case day
        }

        package var count: Int
        package var period: Period
        package var isPerAccount: Bool
    }

    package var subject: Subject
    package var accounts: Int?
    package var messages: Rate?
    package var sends: Rate?
    package var excess: Excess?
}
