// What the quotas answer to whoever wants to use something.

package import Events

package enum QuotaDecision: Equatable, Sendable {
    /// Taken. To be given back if what it was for did not happen.
    case granted(QuotaGrant)
    /// `over reject`: not now and not later.
    case refused(QuotaShortage)
    /// `over delay`: nothing was taken; ask again at `freesAt`.
    case delayed(QuotaShortage)
}

/// Which quota had no room.
package struct QuotaShortage: Equatable, Sendable {
    package let quota: QuotaName
    package let limit: Int
    package let used: Int
    /// When there is room again; nil if only giving back makes room, or if there never is any.
    package let freesAt: Timestamp?
}

/// What was taken, for giving it back.
package struct QuotaGrant: Equatable, Sendable {
    let tenant: String
    let reference: String
    let count: Int
    let meters: [QuotaMeter]
}

/// One count that a use adds to.
struct QuotaMeter: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        /// A field of a hash of the day.
        case day(field: String, keptFor: Duration)
        /// A bucket that refills over the period.
        case bucket(period: Duration)
    }

    let quota: QuotaName
    let key: String
    let kind: Kind
    /// nil: only counted.
    let limit: Int?
}
