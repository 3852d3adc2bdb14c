// How many requests the API takes, of whom. Buckets: so many at once, and refilled evenly over the period.

package import Language

package struct RequestLimits: Sendable, Equatable {
    package var address = Rate(count: 6000, period: .minute)
    package var key = Rate(count: 6000, period: .minute)
    package var tenant = Rate(count: 30_000, period: .minute)

    package init() {}
}
