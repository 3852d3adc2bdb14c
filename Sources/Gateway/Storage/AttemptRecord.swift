// What is kept of one attempt at a delivery, for the people whose endpoint it is: settled in Redis together with its outcome.

package struct AttemptRecord: Sendable, Equatable {
    /// Counts from 1.
    package let number: Int
    /// Milliseconds since 1970.
    package let startedAt: Int64
    /// From connecting to the end of the answer, or to the fault.
    package let latency: Duration
    /// Of the answer, if there was one.
    package let status: Int?
    /// Why it failed, a word of a closed list (`FailureReason`); nil: delivered.
    package let reason: String?
    package let detail: String
    /// The first 4 KB of the answer's body.
    package let answer: [UInt8]

    package init(
        number: Int, startedAt: Int64, latency: Duration, status: Int?, reason: String?, detail: String,
        answer: [UInt8]
    ) {
        self.number = number
        self.startedAt = startedAt
        self.latency = latency
        self.status = status
        self.reason = reason
        self.detail = detail
        self.answer = answer
    }
}
