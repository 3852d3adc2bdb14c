// What a tenant may use, and what happens beyond it.

package import Language

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
        package typealias Period = Language.Rate.Period

        package var count: Int
        package var period: Period
        package var isPerAccount: Bool

        package init(count: Int, period: Period, isPerAccount: Bool) {
            self.count = count
            self.period = period
            self.isPerAccount = isPerAccount
        }
    }

    package var subject: Subject
    package var accounts: Int?
    package var messages: Rate?
    package var sends: Rate?
    /// Of the whole tenant, and refused whatever `excess` says: nobody but the sender can keep a callback that waits.
    package var callbacks: Language.Rate?
    package var excess: Excess?

    package init(
        subject: Subject, accounts: Int? = nil, messages: Rate? = nil, sends: Rate? = nil,
        callbacks: Language.Rate? = nil, excess: Excess? = nil
    ) {
        self.subject = subject
        self.accounts = accounts
        self.messages = messages
        self.sends = sends
        self.callbacks = callbacks
        self.excess = excess
    }
}
